using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>The trees of a Btrfs on its devices, shared by all who read its subvolumes.</summary>
internal sealed class BtrfsVolume
{
    private readonly BtrfsTree _roots;
    private readonly Dictionary<ulong, BtrfsSubvolume> _subvolumes = [];

    public BtrfsVolume(BtrfsSuperblock superblock, BtrfsChunkMap map, BtrfsNodes nodes, in BtrfsTreeRoot roots)
    {
        Superblock = superblock;
        Map = map;
        Nodes = nodes;
        _roots = new BtrfsTree(nodes, roots);
    }

    public BtrfsSuperblock Superblock { get; }

    public BtrfsChunkMap Map { get; }

    public BtrfsNodes Nodes { get; }

    /// <summary>True where roots of an earlier generation are used, to which no log belongs.</summary>
    public bool IsOlder { get; init; }

    public BtrfsTree Roots => _roots;

    /// <summary>Content as its checksums prove it; set once the logs are read.</summary>
    public BtrfsData Data { get; private set; } = null!;

    public BtrfsDataChecksums Checksums { get; private set; } = null!;

    /// <summary>The root of a tree; null where there is none of that number.</summary>
    public BtrfsRootItem? FindRoot(ulong number)
    {
        foreach (BtrfsItem item in _roots.Of(number, BtrfsItemTypes.Root))
        {
            return new BtrfsRootItem(item.Data);
        }

        return null;
    }

    /// <summary>The subvolume of that number; null where there is none.</summary>
    public BtrfsSubvolume? FindSubvolume(ulong number)
    {
        lock (_subvolumes)
        {
            if (_subvolumes.TryGetValue(number, out BtrfsSubvolume? known))
            {
                return known;
            }
        }

        if (!IsSubvolume(number) || FindRoot(number) is not BtrfsRootItem root || root.Tree.Address == 0)
        {
            return null;
        }

        lock (_subvolumes)
        {
            if (!_subvolumes.TryGetValue(number, out BtrfsSubvolume? subvolume))
            {
                _subvolumes[number] = subvolume = new BtrfsSubvolume(number, root, new BtrfsTree(Nodes, root.Tree));
            }

            return subvolume;
        }
    }

    /// <summary>The number of the subvolume that is mounted where none is named.</summary>
    public ulong FindDefaultSubvolume()
    {
        ReadOnlySpan<byte> name = "default"u8;
        BtrfsKey key = new(BtrfsNumbers.RootTreeDirectory, BtrfsItemTypes.DirectoryName, BtrfsName.Hash(name));
        if (_roots.TryGet(key, out BtrfsItem item))
        {
            foreach (BtrfsName entry in BtrfsName.ReadAll(item.Data))
            {
                if (entry.Bytes.Span.SequenceEqual(name))
                {
                    return entry.Target.Number;
                }
            }
        }

        return BtrfsNumbers.TopSubvolume;
    }

    /// <summary>Makes the checksums of data known.</summary>
    /// <param name="logs">The logs that hold newer ones.</param>
    public void SetChecksums(IEnumerable<BtrfsTree> logs)
    {
        List<BtrfsTree> trees = logs.ToList();
        if (FindRoot(BtrfsNumbers.ChecksumTree) is BtrfsRootItem root)
        {
            trees.Add(new BtrfsTree(Nodes, root.Tree));
        }

        Checksums = new BtrfsDataChecksums(trees, Superblock.SectorSize, Superblock.Checksum.Size);
        Data = new BtrfsData(Map, Superblock.Checksum, Checksums, Superblock.SectorSize);
    }

    /// <summary>Bytes of all devices that no chunk has given to content, as far as the block groups tell; null where they cannot be read.</summary>
    public long? CountFree()
    {
        try
        {
            bool hasOwnTree = (Superblock.CompatibleForReading & BtrfsFeatures.BlockGroupTree) != 0;
            if (FindRoot(hasOwnTree ? BtrfsNumbers.BlockGroupTree : BtrfsNumbers.ExtentTree) is not BtrfsRootItem root)
            {
                return null;
            }

            BtrfsTree tree = new(Nodes, root.Tree);
            ulong used = 0;
            foreach (BtrfsChunk chunk in Map.Chunks)
            {
                if (tree.TryGet(new BtrfsKey(chunk.Start, BtrfsItemTypes.BlockGroup, chunk.Length), out BtrfsItem item) && item.Data.Length >= 8)
                {
                    used += chunk.DeviceBytes(System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(item.Data.Span));
                }
            }

            return used > Superblock.TotalBytes ? 0 : (long)(Superblock.TotalBytes - used);
        }
        catch (VmaException)
        {
            return null;
        }
    }

    private static bool IsSubvolume(ulong number) =>
        number is BtrfsNumbers.TopSubvolume or (>= BtrfsNumbers.First and <= BtrfsNumbers.Last);
}
