using System;

namespace VmaTools.Compression;

/// <summary>Where a gzip decoder stands between two deflate blocks or two members.</summary>
internal sealed class GzipState : PieceState
{
    public GzipState(long compressedPosition, long decodedPosition)
        : base(compressedPosition, decodedPosition)
    {
    }

    /// <summary>What comes next.</summary>
    public GzipStep Step { get; init; }

    /// <summary>The decompressed bytes of this member, up to 32 KiB, that the coming blocks can refer to. Not to be changed.</summary>
    public byte[] Window { get; init; } = Array.Empty<byte>();

    /// <summary>A block may end within a byte: the bits of the byte before the compressed position that the next one starts with.</summary>
    public byte PartialBits { get; init; }

    /// <summary>Number of bits in <see cref="PartialBits"/>, 0 to 7.</summary>
    public int PartialBitCount { get; init; }

    /// <summary>CRC-32 of what this member gave so far.</summary>
    public uint Checksum { get; init; }

    /// <summary>Number of bytes this member gave so far, modulo 2^32, which is all that gzip keeps of it.</summary>
    public uint Length { get; init; }
}
