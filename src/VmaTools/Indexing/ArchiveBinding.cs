using System;
using System.IO;
using VmaTools.Bytes;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>What ties an index to its archive: where any of it differs, the index is of another one.</summary>
/// <param name="Compression">How the archive is compressed.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="WriteTicks">When it was last written, in UTC ticks; 0 where nothing told.</param>
/// <param name="Uuid">The archive's uuid, as text.</param>
/// <param name="First">Digest of its first bytes.</param>
/// <param name="Last">Digest of its last, in which a compressed stream has the checksum of all that it decodes to.</param>
internal sealed record ArchiveBinding(string Compression, long Length, long WriteTicks, string Uuid, ulong First, ulong Last)
{
    /// <summary>Bytes at each end: an archive may be far away, and whatever is decoded by an index is proven once more.</summary>
    private const int Sample = 32 << 10;

    /// <summary>Looks at an archive.</summary>
    public static ArchiveBinding Of(SeekableSource source, string uuid)
    {
        using RandomBytes bytes = source.OpenStored();
        long length = bytes.Length;
        byte[] sample = new byte[(int)Math.Min(Sample, length)];
        int read = bytes.ReadAt(0, sample);
        ulong first = Xxh64.Of(sample.AsSpan(0, read));
        read = bytes.ReadAt(length - sample.Length, sample);
        ulong last = Xxh64.Of(sample.AsSpan(0, read));
        return new ArchiveBinding(source.Compression, length, source.WriteTicks, uuid, first, last);
    }

    /// <summary>Whether what is bound is of the same archive. Where one of them does not tell when it was written, the rest decides.</summary>
    public bool Fits(ArchiveBinding other) =>
        (WriteTicks == 0 || other.WriteTicks == 0 || WriteTicks == other.WriteTicks) && Equals(other with { WriteTicks = WriteTicks });

    public void Write(BinaryWriter writer)
    {
        writer.Write(Compression);
        writer.Write(Length);
        writer.Write(WriteTicks);
        writer.Write(Uuid);
        writer.Write(First);
        writer.Write(Last);
    }

    public static ArchiveBinding Read(BinaryReader reader) => new(
        reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadString(), reader.ReadUInt64(), reader.ReadUInt64());
}

/// <summary>What an index begins with.</summary>
/// <param name="Binding">What archive it is of.</param>
/// <param name="ArchivePath">Where that was when the index was begun, for those who look through their indexes. It may have moved since.</param>
internal sealed record IndexHead(ArchiveBinding Binding, string ArchivePath)
{
    public void Write(BinaryWriter writer)
    {
        Binding.Write(writer);
        writer.Write(ArchivePath);
    }

    public static IndexHead Read(BinaryReader reader) => new(ArchiveBinding.Read(reader), reader.ReadString());
}
