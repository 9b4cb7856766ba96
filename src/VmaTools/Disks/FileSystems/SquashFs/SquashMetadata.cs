using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>
/// The metadata of a squashfs: rows of blocks of up to 8 KiB, each behind its stored length (u16, the highest bit set where it is not
/// compressed). Blocks used last are kept.
/// </summary>
internal sealed class SquashMetadata : IDisposable
{
    public const int BlockSize = 8192;

    private const int HeaderSize = 2;
    private const int MaxKept = 256;

    private readonly object _gate = new();
    private readonly DiskBytes _volume;
    private readonly SquashDecoder _decoder;
    private readonly Dictionary<long, Block> _kept = [];
    private readonly byte[] _stored = new byte[BlockSize];

    public SquashMetadata(DiskBytes volume, SquashSuperblock superblock)
    {
        _volume = new RangeDiskBytes(volume, 0, superblock.Length);
        _decoder = new SquashDecoder(superblock.Compression);
    }

    /// <summary>Reads on from a place, which is behind what was read afterwards.</summary>
    /// <exception cref="VmaException">It is damaged, or ends before.</exception>
    public void Read(ref SquashPlace place, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            Block block = Load(place.Block);
            int length = Math.Min(target.Length, block.Bytes.Length - place.Within);
            if (length < 0 || block.Bytes.Length == 0)
            {
                throw SquashErrors.Damaged("Something lies behind the end of its block of metadata.", place.Block);
            }

            block.Bytes.AsSpan(place.Within, length).CopyTo(target);
            target = target.Slice(length);
            place = place.Within + length == block.Bytes.Length ? new SquashPlace(block.Next, 0) : place with { Within = place.Within + length };
        }
    }

    /// <summary>Reads bytes of one of the tables that have a list of their blocks' places.</summary>
    /// <param name="list">Where the list is.</param>
    /// <param name="offset">The first byte of the table.</param>
    /// <param name="target">Where they go; they lie in one block.</param>
    /// <exception cref="VmaException">It is damaged.</exception>
    public void ReadTable(long list, long offset, Span<byte> target)
    {
        Span<byte> start = stackalloc byte[8];
        _volume.Read(list + (offset / BlockSize * start.Length), start);
        SquashPlace place = new(LittleEndian.I64(start, 0), (int)(offset % BlockSize));
        Read(ref place, target);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        _volume.Dispose();
    }

    private Block Load(long offset)
    {
        lock (_gate)
        {
            if (_kept.TryGetValue(offset, out Block block))
            {
                return block;
            }

            Span<byte> header = stackalloc byte[HeaderSize];
            _volume.Read(offset, header);
            int size = LittleEndian.U16(header, 0) & 0x7FFF;
            if (size is 0 or > BlockSize)
            {
                throw SquashErrors.Damaged("A block of metadata has a length that makes no sense.", offset);
            }

            _volume.Read(offset + HeaderSize, _stored.AsSpan(0, size));
            byte[] bytes = (header[1] & 0x80) != 0 ? _stored.AsSpan(0, size).ToArray() : Decode(size, offset);
            if (_kept.Count >= MaxKept)
            {
                _kept.Clear();
            }

            return _kept[offset] = new Block(bytes, offset + HeaderSize + size);
        }
    }

    private byte[] Decode(int size, long offset)
    {
        Span<byte> target = stackalloc byte[BlockSize];
        int length = _decoder.Decode(_stored, size, target, offset);
        return target.Slice(0, length).ToArray();
    }

    /// <param name="Bytes">The decoded block.</param>
    /// <param name="Next">Where the one behind it is stored.</param>
    private readonly record struct Block(byte[] Bytes, long Next);
}
