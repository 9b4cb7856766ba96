using System;
using System.Buffers.Binary;

namespace VmaTools.Compression;

/// <summary>What a frame says of itself before its first block.</summary>
/// <remarks>
/// <code>
/// 4 bytes   magic
/// 1 byte    descriptor: size code of the content size in bits 7-6, single segment in 5, 4 unused, 3 reserved,
///           content checksum in 2, size code of the dictionary id in 1-0
/// 0-1       window: exponent - 10 in bits 7-3, eighths above it in 2-0; not in a single segment, whose window is its content
/// 0-4       dictionary id
/// 0-8       content size, of which a 2-byte one lacks 256
/// </code>
/// </remarks>
internal sealed class ZstdFrameHeader
{
    public const uint Magic = 0xFD2FB528;
    public const int MagicSize = 4;

    /// <summary>Magic and descriptor, which tell the header's size.</summary>
    public const int FixedSize = MagicSize + 1;

    /// <summary>The most bytes that a header takes.</summary>
    public const int MaxSize = 18;

    /// <summary>No block is larger, compressed or not.</summary>
    public const int MaxBlock = 128 * 1024;

    public ZstdFrameHeader(ulong windowSize, ulong? contentSize, bool hasChecksum, uint dictionaryId)
    {
        WindowSize = windowSize;
        ContentSize = contentSize;
        HasChecksum = hasChecksum;
        DictionaryId = dictionaryId;
    }

    /// <summary>How far back matches may reach.</summary>
    public ulong WindowSize { get; }

    /// <summary>Size of the decompressed content, where the frame tells it.</summary>
    public ulong? ContentSize { get; }

    /// <summary>Whether a checksum of the content follows the last block.</summary>
    public bool HasChecksum { get; }

    /// <summary>The dictionary needed, or 0 for none.</summary>
    public uint DictionaryId { get; }

    /// <summary>The largest size of a block of this frame, compressed or not.</summary>
    public int BlockMax => (int)Math.Min(WindowSize, MaxBlock);

    /// <summary>The same with another window.</summary>
    public ZstdFrameHeader WithWindow(ulong windowSize) => new(windowSize, ContentSize, HasChecksum, DictionaryId);

    /// <summary>Whether the descriptor breaks a rule.</summary>
    public static bool HasReservedBit(byte descriptor) => (descriptor & 0x08) != 0;

    /// <summary>Size of the whole header, as its descriptor tells.</summary>
    public static int Size(byte descriptor) =>
        FixedSize
        + (IsSingleSegment(descriptor) ? 0 : 1)
        + DictionaryIdSize(descriptor)
        + ContentSizeSize(descriptor);

    /// <summary>The window of a frame of which these are the first bytes, as many as a header has at most; 0 where they are none.</summary>
    public static ulong WindowOf(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Magic ? Parse(bytes).WindowSize : 0;

    /// <summary>Parses a whole header.</summary>
    public static ZstdFrameHeader Parse(ReadOnlySpan<byte> bytes)
    {
        byte descriptor = bytes[MagicSize];
        bytes = bytes.Slice(FixedSize);
        ulong window = 0;
        if (!IsSingleSegment(descriptor))
        {
            ulong power = 1UL << (10 + (bytes[0] >> 3));
            window = power + (power / 8 * (ulong)(bytes[0] & 7));
            bytes = bytes.Slice(1);
        }

        int idSize = DictionaryIdSize(descriptor);
        uint dictionaryId = (uint)ReadLittleEndian(bytes.Slice(0, idSize));
        bytes = bytes.Slice(idSize);

        int sizeSize = ContentSizeSize(descriptor);
        ulong? contentSize = sizeSize switch
        {
            0 => null,
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes) + 256UL,
            _ => ReadLittleEndian(bytes.Slice(0, sizeSize)),
        };
        return new ZstdFrameHeader(
            IsSingleSegment(descriptor) ? contentSize.GetValueOrDefault() : window,
            contentSize,
            (descriptor & 0x04) != 0,
            dictionaryId);
    }

    private static bool IsSingleSegment(byte descriptor) => (descriptor & 0x20) != 0;

    private static int DictionaryIdSize(byte descriptor) => (descriptor & 3) == 3 ? 4 : descriptor & 3;

    private static int ContentSizeSize(byte descriptor)
    {
        int code = descriptor >> 6;
        return code == 0 ? (IsSingleSegment(descriptor) ? 1 : 0) : 1 << code;
    }

    private static ulong ReadLittleEndian(ReadOnlySpan<byte> bytes) => ZstdBits.LoadUpTo64(bytes, 0);
}
