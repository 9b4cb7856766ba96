using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>Where what is searched lies: negative before the key, 0 at it, positive behind.</summary>
internal delegate int NtfsKeyOrder(ReadOnlySpan<byte> key);

/// <summary>A sorted tree: the names of a directory, or a view such as that of security descriptors. For one thread at a time.</summary>
internal sealed class NtfsIndex
{
    private const int RootHeadLength = 16;
    private const int NodeHeadLength = 16;
    private const int BlockHeadLength = 24;
    private const int MaxDepth = 32;
    private const int MaxBlockSize = 64 * 1024;

    private readonly NtfsVolume _volume;
    private readonly NtfsAttribute _root;
    private readonly NtfsValue? _blocks;
    private readonly int _blockSize;

    private NtfsIndex(NtfsVolume volume, NtfsAttribute root, NtfsValue? blocks, int blockSize)
    {
        _volume = volume;
        _root = root;
        _blocks = blocks;
        _blockSize = blockSize;
    }

    // Root: 0 type indexed u32   4 order u32   8 bytes a block u32   16 head of a node
    // Block: 0 "INDX"   4 fixups   8 LSN u64   16 its own number u64   24 head of a node
    // Head of a node: 0 first entry u32 (from the head)   4 end of the entries u32   8 allocated u32   12 flags u8

    /// <summary>The index of a name; null where the file has none.</summary>
    /// <exception cref="VmaFileSystemException">It is damaged.</exception>
    public static NtfsIndex? Open(NtfsVolume volume, NtfsFile file, string name)
    {
        if (file.Find(NtfsAttributeType.IndexRoot, name) is not NtfsAttribute root)
        {
            return null;
        }

        uint blockSize = root.Value.Length >= RootHeadLength + NodeHeadLength ? LittleEndian.U32(root.Value, 8) : 0;
        if (blockSize is < 512 or > MaxBlockSize || (blockSize & (blockSize - 1)) != 0)
        {
            throw root.Record.Damaged($"The root of its index {name} is damaged.");
        }

        return new NtfsIndex(volume, root, file.Open(NtfsAttributeType.IndexAllocation, name), (int)blockSize);
    }

    /// <summary>The entries in order, from the first whose key is not before what is searched.</summary>
    /// <param name="from">What is searched; null for all.</param>
    /// <param name="report">Takes the errors of nodes that cannot be read, which are left out.</param>
    public IEnumerable<NtfsIndexEntry> Read(NtfsKeyOrder? from, Action<VmaException> report)
    {
        HashSet<long> seen = [];
        Stack<Place> places = new();
        byte[] root = _root.Value.ToArray();
        if (TryOpenNode(root, RootHeadLength, out Place first))
        {
            places.Push(first);
        }
        else
        {
            report(_root.Record.Damaged("The root of its index is damaged."));
        }

        while (places.Count > 0)
        {
            Place place = places.Pop();
            if (!NtfsIndexEntry.IsWithin(place.Node.AsSpan(place.Offset, place.End - place.Offset)))
            {
                report(_root.Record.Damaged("A node of its index has a damaged entry, or no last one."));
                continue;
            }

            NtfsIndexEntry entry = new(place.Node, place.Offset);
            int order = from is null || entry.IsLast ? -1 : from(entry.Key);
            if (order > 0)
            {
                // All below and the entry itself come before what is searched.
                places.Push(place with { Offset = place.Offset + entry.Length });
                continue;
            }

            if (entry.HasNodeBelow && !place.WasBelow)
            {
                places.Push(place with { WasBelow = true });
                if (places.Count > MaxDepth)
                {
                    report(_root.Record.Damaged("Its index is deeper than any can be."));
                }
                else if (TryReadBlock(entry.NodeBelow, seen, report, out Place below))
                {
                    places.Push(below);
                }

                continue;
            }

            if (entry.IsLast)
            {
                continue;
            }

            places.Push(place with { Offset = place.Offset + entry.Length, WasBelow = false });
            from = null;
            yield return entry;
        }
    }

    private static bool TryOpenNode(byte[] node, int head, out Place place)
    {
        uint first = LittleEndian.U32(node, head);
        uint end = LittleEndian.U32(node, head + 4);
        bool isSound = first >= NodeHeadLength && first <= end && end <= (uint)(node.Length - head);
        place = isSound ? new Place(node, head + (int)first, head + (int)end, false) : default;
        return isSound;
    }

    private bool TryReadBlock(long number, HashSet<long> seen, Action<VmaException> report, out Place place)
    {
        place = default;
        try
        {
            int unit = _blockSize < _volume.Geometry.ClusterSize ? 512 : _volume.Geometry.ClusterSize;
            if (_blocks is null || number < 0 || number > _blocks.Length / unit || !seen.Add(number))
            {
                throw _root.Record.Damaged($"Its index leads to block {number}, which it does not have or has met before.");
            }

            byte[] block = new byte[_blockSize];
            _blocks.Read(_volume.Metadata, number * unit, block);
            long? offset = _blocks.PlaceOfByte(number * unit);
            if (!block.AsSpan().StartsWith("INDX"u8) || LittleEndian.I64(block, 16) != number)
            {
                throw NtfsVolume.Damaged($"Block {number} of the index of record {_root.Record.Number} is none.", offset);
            }

            if (!NtfsFixups.TryApply(block))
            {
                throw new VmaFileSystemException(
                    VmaCodes.FileSystemChecksumMismatch,
                    $"Block {number} of the index of record {_root.Record.Number} is torn: its fixups do not match.",
                    volumeOffset: offset);
            }

            return TryOpenNode(block, BlockHeadLength, out place)
                ? true
                : throw NtfsVolume.Damaged($"The head of block {number} of the index of record {_root.Record.Number} is damaged.", offset);
        }
        catch (VmaException exception)
        {
            report(exception);
            return false;
        }
    }

    /// <summary>Where a walk stands in a node.</summary>
    private readonly record struct Place(byte[] Node, int Offset, int End, bool WasBelow);
}
