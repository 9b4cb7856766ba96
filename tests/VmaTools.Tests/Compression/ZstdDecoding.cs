using System;
using System.IO;
using VmaTools.Compression;

namespace VmaTools.Tests.Compression;

/// <summary>What decoding came to: bytes, and the error that ended it.</summary>
internal sealed record ZstdOutcome(byte[] Bytes, string? Code, long CompressedPosition, long VerifiedPosition, bool Unchecked, string? Message)
{
    /// <summary>Everything that must not depend on the path taken, in a line.</summary>
    public string Facts => $"{Bytes.Length} bytes, {Code}, {CompressedPosition}, {VerifiedPosition}, {Unchecked}, {Message}";

    public bool IsLike(ZstdOutcome other) => Facts == other.Facts && Bytes.AsSpan().SequenceEqual(other.Bytes);
}

internal static class ZstdDecoding
{
    /// <summary>Decodes to the end or to an error; stops early at <paramref name="limit"/> bytes.</summary>
    public static ZstdOutcome Decode(byte[] compressed, bool checkedOnly, long window = ZstdStream.DefaultMaxWindowSize, int limit = int.MaxValue)
    {
        using var stream = new ZstdStream(new MemoryStream(compressed), false, window, checkedOnly);
        return Decode(stream, limit);
    }

    public static ZstdOutcome Decode(ZstdStream stream, int limit = int.MaxValue)
    {
        var bytes = new MemoryStream();
        byte[] buffer = new byte[32 * 1024];
        try
        {
            int read;
            while (bytes.Length < limit && (read = stream.Read(buffer.AsSpan())) > 0)
            {
                bytes.Write(buffer, 0, read);
            }
        }
        catch (VmaCompressionException exception)
        {
            return Outcome(stream, bytes, exception);
        }

        return Outcome(stream, bytes, null);
    }

    private static ZstdOutcome Outcome(ZstdStream stream, MemoryStream bytes, VmaCompressionException? error) =>
        new(bytes.ToArray(), error?.Code, stream.CompressedPosition, stream.VerifiedPosition, stream.HasUncheckedContent, error?.Message);
}
