using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>The volume as the log makes it: sectors in memory above those on it.</summary>
internal sealed class XfsLogSectors
{
    private const int SectorSize = 512;

    // 512 MiB; the largest log has four times as much, in which the same blocks come again and again.
    private const int MaxSectors = 1 << 20;

    private readonly DiskBytes _disk;
    private readonly CachedDiskBytes _below;
    private readonly Dictionary<long, byte[]> _sectors = [];
    private readonly Dictionary<long, int> _structures = [];

    /// <param name="disk">The volume.</param>
    /// <param name="below">The same, for small reads.</param>
    public XfsLogSectors(DiskBytes disk, CachedDiskBytes below)
    {
        _disk = disk;
        _below = below;
    }

    public long Length => _disk.Length;

    /// <summary>Where structures lie that were changed, and how many bytes each has.</summary>
    public IReadOnlyDictionary<long, int> Structures => _structures;

    /// <summary>Notes that a structure is changed, so that it gets a checksum in the end.</summary>
    public void Note(long offset, int length) => _structures[offset] = length;

    public byte[] Read(long offset, int count)
    {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count;)
        {
            long number = (offset + done) / SectorSize;
            int within = (int)((offset + done) % SectorSize);
            int length = Math.Min(count - done, SectorSize - within);
            if (_sectors.TryGetValue(number, out byte[]? sector))
            {
                sector.AsSpan(within, length).CopyTo(bytes.AsSpan(done));
            }
            else
            {
                _below.Read(offset + done, bytes.AsSpan(done, length));
            }

            done += length;
        }

        return bytes;
    }

    /// <exception cref="VmaFileSystemException">The log changes more than is held in memory, or something beyond the volume.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset < 0 || bytes.Length > Length - offset)
        {
            throw XfsVolume.Damaged("The log changes what lies beyond the end of the volume.", offset);
        }

        while (!bytes.IsEmpty)
        {
            long number = offset / SectorSize;
            int within = (int)(offset % SectorSize);
            int length = Math.Min(bytes.Length, SectorSize - within);
            bytes.Slice(0, length).CopyTo(Sector(number, length == SectorSize).AsSpan(within));
            bytes = bytes.Slice(length);
            offset += length;
        }
    }

    /// <summary>The volume with what was written.</summary>
    public OverlayDiskBytes ToDisk()
    {
        Dictionary<long, OverlayBlock> blocks = [];
        foreach (KeyValuePair<long, byte[]> sector in _sectors)
        {
            blocks.Add(sector.Key, new OverlayBlock(sector.Key * SectorSize, sector.Value));
        }

        return new OverlayDiskBytes(_disk, SectorSize, blocks);
    }

    /// <summary>True where any sector from an offset on became another than it is on the volume.</summary>
    public bool DiffersFrom(long offset)
    {
        byte[] before = new byte[SectorSize];
        foreach (KeyValuePair<long, byte[]> sector in _sectors)
        {
            if (sector.Key * SectorSize >= offset)
            {
                _below.Read(sector.Key * SectorSize, before);
                if (!sector.Value.AsSpan().SequenceEqual(before))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private byte[] Sector(long number, bool isReplaced)
    {
        if (!_sectors.TryGetValue(number, out byte[]? sector))
        {
            if (_sectors.Count >= MaxSectors)
            {
                throw new VmaFileSystemException(VmaCodes.FileContentNotSupported, "The log changes more than is held in memory.");
            }

            sector = isReplaced ? new byte[SectorSize] : _below.Read(number * SectorSize, SectorSize);
            _sectors.Add(number, sector);
        }

        return sector;
    }
}
