using System;
using System.Collections.Generic;

namespace VmaTools.Disks;

/// <summary>What stands for a block of an <see cref="OverlayDiskBytes"/>.</summary>
/// <param name="Offset">Where on the disk below its bytes lie.</param>
/// <param name="Head">Bytes that replace the first of those; all of them where it is as long as a block. Null for none.</param>
internal readonly record struct OverlayBlock(long Offset, byte[]? Head = null);

/// <summary>
/// A disk some of whose blocks are replaced, by others of the same disk or by bytes in memory: what a log would write is shown
/// without writing it.
/// </summary>
internal sealed class OverlayDiskBytes : DiskBytes
{
    private readonly DiskBytes _disk;
    private readonly int _blockSize;
    private readonly long[] _numbers;
    private readonly OverlayBlock[] _blocks;

    /// <param name="disk">The disk below.</param>
    /// <param name="blockSize">Bytes in a block.</param>
    /// <param name="blocks">What stands for blocks, by their numbers. What lies on the disk only in part is passed over.</param>
    public OverlayDiskBytes(DiskBytes disk, int blockSize, IReadOnlyDictionary<long, OverlayBlock> blocks)
    {
        _disk = disk;
        _blockSize = blockSize;
        List<long> numbers = new(blocks.Count);
        foreach (long number in blocks.Keys)
        {
            if (number >= 0 && number < disk.Length / blockSize)
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        _numbers = [.. numbers];
        _blocks = new OverlayBlock[_numbers.Length];
        for (int i = 0; i < _blocks.Length; i++)
        {
            _blocks[i] = blocks[_numbers[i]];
        }
    }

    public override long Length => _disk.Length;

    public override int SectorSize => _disk.SectorSize;

    public override void Dispose()
    {
        _disk.Dispose();
        base.Dispose();
    }

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        int index = FirstFrom(offset / _blockSize);
        while (!buffer.IsEmpty)
        {
            int length = (int)Math.Min(buffer.Length, StretchFrom(offset, index, out bool isReplaced));
            Span<byte> part = buffer.Slice(0, length);
            if (isReplaced)
            {
                ReadBlock(_blocks[index++], (int)(offset % _blockSize), part);
            }
            else
            {
                _disk.Read(offset, part);
            }

            buffer = buffer.Slice(length);
            offset += length;
        }
    }

    protected override KnownRange FindRangeCore(long offset, long length)
    {
        int index = FirstFrom(offset / _blockSize);
        length = Math.Min(length, StretchFrom(offset, index, out bool isReplaced));
        if (!isReplaced)
        {
            return _disk.FindRange(offset, length);
        }

        OverlayBlock block = _blocks[index];
        int within = (int)(offset % _blockSize);
        int head = block.Head?.Length ?? 0;
        return within < head
            ? new KnownRange(Math.Min(length, head - within), KnownRangeKind.Data)
            : _disk.FindRange(block.Offset + within, length);
    }

    /// <summary>Bytes from the offset to the end of the replaced block it lies in, or to the next one that is replaced.</summary>
    private long StretchFrom(long offset, int index, out bool isReplaced)
    {
        long number = offset / _blockSize;
        isReplaced = index < _numbers.Length && _numbers[index] == number;
        return isReplaced ? ((number + 1) * _blockSize) - offset
            : index < _numbers.Length ? (_numbers[index] * _blockSize) - offset
            : long.MaxValue;
    }

    private void ReadBlock(OverlayBlock block, int within, Span<byte> target)
    {
        int head = block.Head is null ? 0 : Math.Min(Math.Max(block.Head.Length - within, 0), target.Length);
        if (head > 0)
        {
            block.Head.AsSpan(within, head).CopyTo(target);
        }

        if (head < target.Length)
        {
            _disk.Read(block.Offset + within + head, target.Slice(head));
        }
    }

    /// <summary>The place of the first replaced block whose number is not below.</summary>
    private int FirstFrom(long number)
    {
        int index = Array.BinarySearch(_numbers, number);
        return index < 0 ? ~index : index;
    }
}
