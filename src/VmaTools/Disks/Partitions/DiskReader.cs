using System;
using System.IO;

namespace VmaTools.Disks.Partitions;

/// <summary>
/// Reads pieces of a disk, or of a part of it, by offset. What lies beyond the end, or what the stream does not deliver,
/// reads as zeros: a damaged table may point anywhere.
/// </summary>
internal sealed class DiskReader
{
    private readonly Stream _disk;
    private readonly long _origin;

    public DiskReader(Stream disk, long length)
        : this(disk, 0, length)
    {
    }

    private DiskReader(Stream disk, long origin, long length)
    {
        _disk = disk;
        _origin = origin;
        Length = length;
    }

    /// <summary>Number of bytes that can be read.</summary>
    public long Length { get; }

    /// <summary>A part of the disk, cut to what the disk has.</summary>
    public DiskReader Part(long offset, long length)
    {
        long start = Math.Min(Math.Max(offset, 0), Length);
        return new DiskReader(_disk, _origin + start, Math.Min(Math.Max(length, 0), Length - start));
    }

    /// <summary>Reads <paramref name="count"/> bytes; the array always has that length.</summary>
    public byte[] Read(long offset, int count)
    {
        byte[] bytes = new byte[count];
        if (offset < 0 || offset >= Length)
        {
            return bytes;
        }

        int wanted = (int)Math.Min(count, Length - offset);
        _disk.Position = _origin + offset;
        int filled = 0;
        int read;
        while (filled < wanted && (read = _disk.Read(bytes, filled, wanted - filled)) > 0)
        {
            filled += read;
        }

        return bytes;
    }
}
