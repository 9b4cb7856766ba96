using System;

namespace VmaTools.Disks;

/// <summary>A range of a disk, as a disk of its own. Disposing it leaves the other alone.</summary>
internal sealed class RangeDiskBytes : DiskBytes
{
    private readonly DiskBytes _disk;
    private readonly long _origin;

    /// <param name="disk">The disk.</param>
    /// <param name="offset">Where the range begins.</param>
    /// <param name="length">Its bytes; what lies beyond the end of the disk is cut off.</param>
    /// <param name="sectorSize">Bytes in a logical sector where a partition table says otherwise than the disk; else null.</param>
    public RangeDiskBytes(DiskBytes disk, long offset, long length, int? sectorSize = null)
    {
        _disk = disk;
        SectorSize = sectorSize ?? disk.SectorSize;
        _origin = Math.Min(Math.Max(offset, 0), disk.Length);
        Length = Math.Min(Math.Max(length, 0), disk.Length - _origin);
    }

    public override long Length { get; }

    public override int SectorSize { get; }

    protected override void ReadCore(long offset, Span<byte> buffer) => _disk.Read(_origin + offset, buffer);

    protected override KnownRange FindRangeCore(long offset, long length) => _disk.FindRange(_origin + offset, length);
}
