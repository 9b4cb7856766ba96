using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Opens the trees of a Btrfs: from the superblock to the chunks, from these to the root tree.</summary>
internal sealed class BtrfsOpener
{
    private readonly Action<FileSystemFinding> _report;
    private readonly BtrfsSuperblock _superblock;
    private readonly Dictionary<ulong, DiskBytes> _devices = [];
    private readonly HashSet<ulong> _stale = [];

    private BtrfsOpener(IReadOnlyList<BtrfsDevice> devices, Action<FileSystemFinding> report)
    {
        _report = report;
        BtrfsDevice newest = devices.OrderByDescending(static d => d.Superblock.Generation).ThenBy(static d => d.Place).First();
        _superblock = newest.Superblock;
        foreach (BtrfsDevice device in devices.OrderByDescending(static d => d.Superblock.Generation))
        {
            Add(device);
        }
    }

    /// <summary>Opens the trees.</summary>
    /// <param name="devices">The devices that are there.</param>
    /// <param name="report">Takes what is found wrong.</param>
    public static BtrfsVolume Open(IReadOnlyList<BtrfsDevice> devices, Action<FileSystemFinding> report) =>
        new BtrfsOpener(devices, report).Open();

    private void Add(BtrfsDevice device)
    {
        BtrfsSuperblock superblock = device.Superblock;
        if (device.Fault is not null)
        {
            _report(new FileSystemFinding(
                VmaCodes.FileSystemBackupUsed,
                VmaSeverity.Warning,
                $"The first superblock of device {superblock.DeviceId} is damaged ({device.Fault}); the copy at {device.Place} is used.",
                VolumeOffset: BtrfsSuperblock.Places[0]));
        }

        if (!superblock.Uuid.SequenceEqual(_superblock.Uuid))
        {
            _report(new FileSystemFinding(VmaCodes.VolumeDuplicate, VmaSeverity.Warning, "A device belongs to another Btrfs; it is left out."));
            return;
        }

        if (_devices.ContainsKey(superblock.DeviceId))
        {
            _report(new FileSystemFinding(
                VmaCodes.VolumeDuplicate, VmaSeverity.Warning, $"Device {superblock.DeviceId} of the Btrfs is there twice; the newer one is used."));
            return;
        }

        _devices[superblock.DeviceId] = device.Bytes;
        if (superblock.Generation < _superblock.Generation)
        {
            _stale.Add(superblock.DeviceId);
            _report(new FileSystemFinding(
                VmaCodes.VolumeMemberMissing,
                VmaSeverity.Warning,
                $"Device {superblock.DeviceId} of the Btrfs is behind the others: its generation is {superblock.Generation}, not {_superblock.Generation}. It is asked last."));
        }
    }

    private BtrfsVolume Open()
    {
        VmaException? failure = null;
        foreach ((BtrfsTreeRoot roots, BtrfsTreeRoot chunks) in new[] { (_superblock.RootTree, _superblock.ChunkTree) }.Concat(_superblock.OlderRoots()))
        {
            try
            {
                BtrfsVolume volume = Open(roots, chunks);
                if (failure is not null)
                {
                    _report(new FileSystemFinding(
                        VmaCodes.FileSystemBackupUsed,
                        VmaSeverity.Error,
                        $"{failure.Sentence} The roots of generation {roots.Generation} are used instead: what was changed after it is not shown.",
                        VolumeOffset: (failure as VmaFileSystemException)?.VolumeOffset));
                }

                return volume;
            }
            catch (VmaException exception) when (exception.Code != VmaCodes.FileSystemFeatureUnknown)
            {
                failure ??= exception;
            }
        }

        throw failure!;
    }

    private BtrfsVolume Open(in BtrfsTreeRoot roots, in BtrfsTreeRoot chunks)
    {
        BtrfsChunkMap map = new(_devices.ToDictionary(static d => d.Key, static d => (DiskBytes)new CachedDiskBytes(d.Value)))
        {
            HasOneDevice = _superblock.DeviceCount == 1,
        };
        ReadSystemChunks(map);
        BtrfsNodes nodes = new(map, _superblock, _report);
        HashSet<ulong> known = [];
        BtrfsTree tree = new(nodes, chunks);
        nodes.Read(chunks);
        BtrfsCursor cursor = tree.Seek(default);
        while (true)
        {
            try
            {
                if (!cursor.MoveNext())
                {
                    break;
                }

                BtrfsItem item = cursor.Current;
                if (item.Key.Type == BtrfsItemTypes.Chunk && item.Key.Number == BtrfsNumbers.FirstChunkTree)
                {
                    map.Add(BtrfsChunk.Parse(item.Key.Offset, item.Data.Span, Rank, out _));
                }
                else if (item.Key.Type == BtrfsItemTypes.Device)
                {
                    known.Add(item.Key.Offset);
                }
            }
            catch (VmaException exception) when (exception.Code != VmaCodes.FileSystemFeatureUnknown)
            {
                _report(new FileSystemFinding(
                    exception.Code, VmaSeverity.Error, exception.Sentence, VolumeOffset: (exception as VmaFileSystemException)?.VolumeOffset));
            }
        }

        foreach (ulong missing in known.Where(k => !_devices.ContainsKey(k)).OrderBy(static k => k))
        {
            _report(new FileSystemFinding(
                VmaCodes.VolumeMemberMissing, VmaSeverity.Error, $"Device {missing} of the Btrfs is missing: what lies on it alone cannot be read."));
        }

        BtrfsVolume volume = new(_superblock, map, nodes, roots) { IsOlder = roots != _superblock.RootTree };
        if (volume.FindSubvolume(BtrfsNumbers.TopSubvolume) is not BtrfsSubvolume top)
        {
            throw BtrfsErrors.Damaged("The Btrfs has no top subvolume.");
        }

        nodes.Read(top.Tree.Root);
        return volume;
    }

    private int Rank(ulong device) => !_devices.ContainsKey(device) ? 2 : _stale.Contains(device) ? 1 : 0;

    private void ReadSystemChunks(BtrfsChunkMap map)
    {
        for (ReadOnlySpan<byte> rest = _superblock.SystemChunks; rest.Length > BtrfsKey.Size;)
        {
            BtrfsKey key = BtrfsKey.Read(rest);
            rest = rest.Slice(BtrfsKey.Size);
            if (key.Type != BtrfsItemTypes.Chunk)
            {
                throw BtrfsErrors.Damaged("The system chunks of the Btrfs make no sense.", offset: BtrfsSuperblock.Places[0]);
            }

            map.Add(BtrfsChunk.Parse(key.Offset, rest, Rank, out int size));
            rest = rest.Slice(size);
        }
    }
}
