using System.IO;

namespace VmaTools.Indexing;

/// <summary>What reading an archive to its end told.</summary>
/// <param name="DecodedLength">Bytes that could be decoded.</param>
/// <param name="VerifiedLength">Bytes of these that checksums cover, as far as there are any.</param>
/// <param name="HasLostExtents">Whether some extent could not be read.</param>
/// <param name="MaxWindow">The largest window that a checkpoint may need more of than it keeps.</param>
/// <param name="Damage">What ended the decoding early, or null.</param>
internal sealed record IndexSummary(
    long DecodedLength, long VerifiedLength, bool HasLostExtents, long MaxWindow, IndexedDamage? Damage)
{
    /// <summary>Bytes that may be handed out: of a damaged stream only those that a checksum has proven.</summary>
    public long ReadableLength => Damage is null ? DecodedLength : VerifiedLength;

    public void Write(BinaryWriter writer)
    {
        writer.Write(DecodedLength);
        writer.Write(VerifiedLength);
        writer.Write(HasLostExtents);
        writer.Write(MaxWindow);
        writer.Write(Damage is not null);
        if (Damage is { } damage)
        {
            writer.Write(damage.Code);
            writer.Write(damage.Sentence);
            writer.Write(damage.CompressedOffset);
            writer.Write(damage.Offset);
        }
    }

    /// <exception cref="InvalidDataException">The numbers contradict each other.</exception>
    public static IndexSummary Read(BinaryReader reader)
    {
        IndexSummary summary = new(
            reader.ReadInt64(),
            reader.ReadInt64(),
            reader.ReadBoolean(),
            reader.ReadInt64(),
            reader.ReadBoolean()
                ? new IndexedDamage(reader.ReadString(), reader.ReadString(), reader.ReadInt64(), reader.ReadInt64())
                : null);
        return summary.VerifiedLength >= 0 && summary.VerifiedLength <= summary.DecodedLength && summary.DecodedLength <= ExtentCodec.MostDecoded && summary.MaxWindow >= 0
            ? summary
            : throw new InvalidDataException("The summary of the index contradicts itself.");
    }
}

/// <summary>Damage to the compressed stream.</summary>
/// <param name="Code">One of the constants of <see cref="VmaCodes"/>.</param>
/// <param name="Sentence">What is wrong.</param>
/// <param name="CompressedOffset">Where, in the file.</param>
/// <param name="Offset">Where, in the decoded data.</param>
internal sealed record IndexedDamage(string Code, string Sentence, long CompressedOffset, long Offset)
{
    public static IndexedDamage Of(VmaCompressionException exception) =>
        new(exception.Code, exception.Sentence, exception.CompressedOffset, exception.Offset ?? 0);

    public VmaCompressionException ToException(string? path) => new(Code, Sentence, CompressedOffset, Offset, path);
}
