using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Reads blocks of trees, checked, from the first copy that is sound; those used last are kept.</summary>
internal sealed class BtrfsNodes
{
    private const int MaxKept = 16 << 20;

    private readonly object _gate = new();
    private readonly BtrfsChunkMap _map;
    private readonly BtrfsSuperblock _superblock;
    private readonly Action<FileSystemFinding> _report;
    private readonly Dictionary<ulong, LinkedListNode<BtrfsNode>> _kept = [];
    private readonly LinkedList<BtrfsNode> _used = new();

    public BtrfsNodes(BtrfsChunkMap map, BtrfsSuperblock superblock, Action<FileSystemFinding> report)
    {
        _map = map;
        _superblock = superblock;
        _report = report;
    }

    /// <summary>The block that is expected at an address.</summary>
    /// <exception cref="VmaException">No copy of it is sound, or can be read.</exception>
    public BtrfsNode Read(in BtrfsTreeRoot expected)
    {
        lock (_gate)
        {
            if (_kept.TryGetValue(expected.Address, out LinkedListNode<BtrfsNode>? node)
                && node.Value.Generation == expected.Generation && node.Value.Level == expected.Level)
            {
                if (node != _used.First)
                {
                    _used.Remove(node);
                    _used.AddFirst(node);
                }

                return node.Value;
            }
        }

        BtrfsNode read = ReadCopies(expected);
        lock (_gate)
        {
            if (_kept.TryGetValue(expected.Address, out LinkedListNode<BtrfsNode>? other))
            {
                _used.Remove(other);
            }

            _kept[expected.Address] = _used.AddFirst(read);
            if (_used.Count > MaxKept / read.Size)
            {
                _kept.Remove(_used.Last!.Value.Address);
                _used.RemoveLast();
            }
        }

        return read;
    }

    private BtrfsNode ReadCopies(in BtrfsTreeRoot expected)
    {
        int copies = _map.Find(expected.Address).Copies;
        VmaException? failure = null;
        for (int copy = 0; copy < copies; copy++)
        {
            string? fault;
            try
            {
                byte[] bytes = new byte[_superblock.NodeSize];
                _map.Read(expected.Address, bytes, copy);
                BtrfsNode? node = BtrfsNode.Parse(bytes, expected.Address, _superblock, out fault);
                if (node is not null && (node.Generation != expected.Generation || node.Level != expected.Level))
                {
                    fault = "it is not the one that the tree leads to";
                }
                else if (node is not null)
                {
                    if (failure is not null)
                    {
                        _report(new FileSystemFinding(
                            failure.Code,
                            VmaSeverity.Warning,
                            $"{failure.Sentence} Another copy of it serves.",
                            VolumeOffset: (failure as VmaFileSystemException)?.VolumeOffset));
                    }

                    return node;
                }
            }
            catch (VmaException exception)
            {
                failure ??= exception;
                continue;
            }

            failure ??= new VmaFileSystemException(
                fault!.Contains("checksum") ? VmaCodes.FileSystemChecksumMismatch : VmaCodes.FileSystemDamaged,
                $"The Btrfs block at the logical address {expected.Address} is damaged: {fault}.",
                volumeOffset: _map.Place(expected.Address, copy));
        }

        // An exception that is thrown twice would lose the trace of the first time.
        throw failure is VmaFileSystemException known
            ? new VmaFileSystemException(known.Code, known.Sentence, known.FilePath, known.VolumeOffset, innerException: known)
            : failure!;
    }
}
