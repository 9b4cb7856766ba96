using System;
using System.Collections.Generic;

namespace VmaTools.Disks.Volumes;

/// <summary>Parts one behind the other, as one disk.</summary>
internal sealed class JoinedDiskBytes : DiskBytes
{
    private readonly List<DiskBytes> _parts = [];
    private readonly List<long> _starts = [];

    /// <param name="parts">The parts in their order; empty ones are left out.</param>
    /// <param name="sectorSize">Bytes in a logical sector.</param>
    public JoinedDiskBytes(IEnumerable<DiskBytes> parts, int sectorSize)
    {
        SectorSize = sectorSize;
        foreach (DiskBytes part in parts)
        {
            if (part.Length > 0)
            {
                _parts.Add(part);
                _starts.Add(Length);
                Length += part.Length;
            }
        }
    }

    public override long Length { get; }

    public override int SectorSize { get; }

    /// <summary>A range of a disk; what of it lies beyond the disk's end is lost, and takes its room all the same.</summary>
    public static DiskBytes Part(DiskBytes disk, long offset, long length, string lossMessage)
    {
        RangeDiskBytes there = new(disk, offset, length);
        return there.Length == length
            ? there
            : new JoinedDiskBytes([there, new LostDiskBytes(length - there.Length, VmaCodes.VolumeOutOfRange, lossMessage)], disk.SectorSize);
    }

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        for (int index = IndexOf(offset); !buffer.IsEmpty; index++)
        {
            long within = offset - _starts[index];
            int length = (int)Math.Min(buffer.Length, _parts[index].Length - within);
            _parts[index].Read(within, buffer.Slice(0, length));
            buffer = buffer.Slice(length);
            offset += length;
        }
    }

    protected override KnownRange FindRangeCore(long offset, long length)
    {
        int index = IndexOf(offset);
        return _parts[index].FindRange(offset - _starts[index], length);
    }

    private int IndexOf(long offset)
    {
        int found = _starts.BinarySearch(offset);
        return found >= 0 ? found : ~found - 1;
    }
}
