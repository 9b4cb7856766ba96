using System;

namespace VmaTools.Compression;

/// <summary>What stands before each block of a frame.</summary>
/// <remarks>
/// <code>
/// 3 bytes   little-endian: last block of the frame in bit 0, type in bits 2-1 (raw, one byte repeated, compressed, reserved),
///           size in bits 23-3: of the content, or how often the byte is repeated
/// variable  content
/// </code>
/// </remarks>
internal readonly struct ZstdBlockHeader
{
    public const int HeaderSize = 3;

    private readonly int _type;

    private ZstdBlockHeader(int bits)
    {
        IsLast = (bits & 1) != 0;
        _type = (bits >> 1) & 3;
        Size = bits >> 3;
    }

    /// <summary>Whether the frame has no block behind it.</summary>
    public bool IsLast { get; }

    /// <summary>Size of the content, or how often its one byte is repeated.</summary>
    public int Size { get; }

    public bool IsRaw => _type == 0;

    public bool IsRepeated => _type == 1;

    public bool IsCompressed => _type == 2;

    public bool IsReserved => _type == 3;

    /// <summary>Size of header and content.</summary>
    public int WholeSize => HeaderSize + (IsRepeated ? 1 : Size);

    /// <summary>Parses a header; false where its bytes are not all there.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out ZstdBlockHeader header)
    {
        bool isThere = bytes.Length >= HeaderSize;
        header = isThere ? new ZstdBlockHeader(bytes[0] | (bytes[1] << 8) | (bytes[2] << 16)) : default;
        return isThere;
    }
}
