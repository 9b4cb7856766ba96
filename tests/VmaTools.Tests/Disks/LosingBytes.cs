using System;
using System.Linq;
using VmaTools.Disks;

namespace VmaTools.Tests.Disks;

/// <summary>A disk of which ranges are lost.</summary>
internal sealed class LosingBytes(DiskBytes disk, params (long Offset, long Length)[] lost) : DiskBytes
{
    public override long Length => disk.Length;

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        long end = offset + buffer.Length;
        if (lost.Any(l => l.Offset < end && offset < l.Offset + l.Length))
        {
            throw new VmaFileSystemException(VmaCodes.VolumeMemberMissing, "The bytes are lost.", volumeOffset: offset);
        }

        disk.Read(offset, buffer);
    }

    protected override KnownRange FindRangeCore(long offset, long length)
    {
        foreach ((long start, long size) in lost)
        {
            if (offset >= start && offset < start + size)
            {
                return new KnownRange(Math.Min(length, start + size - offset), KnownRangeKind.Lost);
            }

            length = offset < start ? Math.Min(length, start - offset) : length;
        }

        return new KnownRange(length, KnownRangeKind.Data);
    }
}
