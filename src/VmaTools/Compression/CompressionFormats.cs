using System;
using System.IO;
using VmaTools.Format;

namespace VmaTools.Compression;

/// <summary>The door through which every archive's bytes come: what they are is told by the bytes, never by a file's name.</summary>
internal static class CompressionFormats
{
    /// <summary>As many first bytes as are needed to tell every format.</summary>
    public const int MagicLength = 16;

    /// <summary>Largest window a decoder sets aside memory for, unless told otherwise.</summary>
    public const int DefaultMaxWindowSize = 128 << 20;

    /// <summary>Tells how bytes that start with <paramref name="start"/> are compressed.</summary>
    /// <returns>One of the constants of <see cref="VmaCompression"/>; what is not known is taken for uncompressed.</returns>
    public static string Detect(ReadOnlySpan<byte> start)
    {
        _ = ArchiveHeader.Magic;
        _ = start;
        return VmaCompression.None;
    }

    /// <summary>A decoder for bytes that <see cref="Detect"/> named.</summary>
    public static DecodingStream CreateDecoder(string compression, Stream stream, bool leaveOpen, int maxWindowSize)
    {
        _ = stream;
        _ = leaveOpen;
        _ = maxWindowSize;
        throw new VmaException(VmaCodes.CompressionNotSupported, $"Compression '{compression}' is not known.");
    }
}
