using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>From logical addresses to places on devices. Filled while the file system is opened, then only read.</summary>
internal sealed class BtrfsChunkMap
{
    // A file system of 500 TB has as many; each takes about a hundred bytes.
    private const int MaxChunks = 500_000;

    private readonly SortedList<ulong, BtrfsChunk> _chunks = [];
    private readonly Dictionary<ulong, DiskBytes> _devices;

    /// <param name="devices">The devices that are there, by their numbers.</param>
    public BtrfsChunkMap(Dictionary<ulong, DiskBytes> devices) => _devices = devices;

    public IEnumerable<BtrfsChunk> Chunks => _chunks.Values;

    /// <summary>True where the whole file system lies on one device.</summary>
    public bool HasOneDevice { get; set; }

    public void Add(BtrfsChunk chunk)
    {
        if (_chunks.Count >= MaxChunks)
        {
            throw BtrfsErrors.Damaged("The Btrfs has more chunks than any disk could hold.");
        }

        _chunks[chunk.Start] = chunk;
    }

    /// <summary>The chunk that an address lies in.</summary>
    public BtrfsChunk Find(ulong address)
    {
        IList<ulong> starts = _chunks.Keys;
        int low = 0;
        int high = starts.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (starts[middle] <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low > 0 && _chunks.Values[low - 1] is { } chunk && address < chunk.End
            ? chunk
            : throw BtrfsErrors.Damaged($"No chunk of the Btrfs holds the logical address {address}.");
    }

    /// <summary>Reads one copy of a range.</summary>
    /// <param name="address">Its first logical address.</param>
    /// <param name="buffer">What is filled.</param>
    /// <param name="copy">Number of the copy; where a chunk has fewer, its last.</param>
    /// <exception cref="VmaException">It is lost, lies on a device that is missing, or beyond the end of one.</exception>
    public void Read(ulong address, Span<byte> buffer, int copy)
    {
        while (!buffer.IsEmpty)
        {
            BtrfsChunk chunk = Find(address);
            ulong place = chunk.Locate(address, Math.Min(copy, chunk.Copies - 1), out ulong device, out ulong together);
            int length = (int)Math.Min((ulong)buffer.Length, together);
            Device(device).Read(place > long.MaxValue ? long.MaxValue : (long)place, buffer.Slice(0, length));
            buffer = buffer.Slice(length);
            address += (ulong)length;
        }
    }

    /// <summary>Where the first copy of an address lies; null where it is not known, or the file system has several devices.</summary>
    public long? Place(ulong address, out ulong together) => Place(address, 0, out together);

    /// <inheritdoc cref="Place(ulong, out ulong)"/>
    public long? Place(ulong address, int copy)
    {
        try
        {
            return Place(address, copy, out _);
        }
        catch (VmaFileSystemException)
        {
            return null;
        }
    }

    private long? Place(ulong address, int copy, out ulong together)
    {
        BtrfsChunk chunk = Find(address);
        ulong place = chunk.Locate(address, Math.Min(copy, chunk.Copies - 1), out _, out together);
        return HasOneDevice && place <= long.MaxValue ? (long)place : null;
    }

    private DiskBytes Device(ulong number) => _devices.TryGetValue(number, out DiskBytes? device)
        ? device
        : throw new VmaFileSystemException(VmaCodes.VolumeMemberMissing, $"Device {number} of the Btrfs is missing.");
}
