using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Writing;

/// <summary>
/// The table of zstd's seekable format: sizes of the frames, in a frame that decoders skip. With it a file is read at any offset.
/// </summary>
/// <remarks><code>
///  4 bytes   magic of a skippable frame
///  4         bytes that follow
///  8 × n     compressed size u32, decompressed size u32
///  4         n
///  1         descriptor, 0: no checksums of frames here, as they have their own
///  4         magic
/// </code>Numbers are little-endian.</remarks>
internal sealed class SeekTableWriter
{
    private const uint SkippableMagic = 0x184D2A5E;
    private const uint SeekableMagic = 0x8F92EAB1;
    private const int HeadSize = 8;
    private const int EntrySize = 8;
    private const int FootSize = 9;

    private readonly List<(int Packed, int Length)> _frames = [];

    public void Add(int packed, int length) => _frames.Add((packed, length));

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[HeadSize + (_frames.Count * EntrySize) + FootSize];
        Span<byte> rest = bytes;
        Put(ref rest, SkippableMagic);
        Put(ref rest, (uint)(bytes.Length - HeadSize));
        foreach ((int packed, int length) in _frames)
        {
            Put(ref rest, (uint)packed);
            Put(ref rest, (uint)length);
        }

        Put(ref rest, (uint)_frames.Count);
        rest = rest.Slice(1);
        Put(ref rest, SeekableMagic);
        return bytes;
    }

    private static void Put(ref Span<byte> rest, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(rest, value);
        rest = rest.Slice(sizeof(uint));
    }
}
