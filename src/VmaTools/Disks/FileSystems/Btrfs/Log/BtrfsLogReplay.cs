using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.FileSystems.Btrfs.Log;

/// <summary>Replays the log of one subvolume, in the order in which a kernel does: inodes, names, then everything else.</summary>
internal sealed class BtrfsLogReplay
{
    private readonly BtrfsTree _tree;
    private readonly BtrfsTree _log;
    private readonly BtrfsOverlay _overlay;
    private readonly BtrfsSuperblock _superblock;
    private readonly BtrfsLogNames _names;
    private readonly BtrfsLogExtents _extents;

    public BtrfsLogReplay(BtrfsTree tree, BtrfsTree log, BtrfsSuperblock superblock)
    {
        _tree = tree;
        _log = log;
        _overlay = tree.Overlay!;
        _superblock = superblock;
        _names = new BtrfsLogNames(tree, log);
        _extents = new BtrfsLogExtents(tree, superblock);
    }

    public void Run()
    {
        foreach (BtrfsItem item in Items().Where(static i => i.Key.Type == BtrfsItemTypes.Inode))
        {
            ReplayInode(item);
        }

        foreach (BtrfsItem item in Items().Where(static i => i.Key.Type == BtrfsItemTypes.DirectoryIndex))
        {
            _names.AddLogged(item);
        }

        foreach (BtrfsItem item in Items())
        {
            switch (item.Key.Type)
            {
                case BtrfsItemTypes.ExtendedAttribute:
                    _overlay.Set(item.Key, item.Data.ToArray());
                    break;
                case BtrfsItemTypes.InodeReference:
                case BtrfsItemTypes.ExtendedReference:
                    _names.ReplayReferences(item);
                    break;
                case BtrfsItemTypes.FileExtent:
                    _extents.Replay(item);
                    break;
            }
        }

        _names.CountLinks();
    }

    /// <summary>The items of the log, but for those of inodes that had no name when they were logged.</summary>
    private IEnumerable<BtrfsItem> Items()
    {
        BtrfsCursor cursor = _log.Seek(default);
        ulong nameless = 0;
        while (cursor.MoveNext())
        {
            BtrfsItem item = cursor.Current;
            if (item.Key.Type == BtrfsItemTypes.Inode && new BtrfsInode(item.Data).Links == 0)
            {
                nameless = item.Key.Number;
            }

            if (item.Key.Number != nameless)
            {
                yield return item;
            }
        }
    }

    private void ReplayInode(in BtrfsItem item)
    {
        ulong number = item.Key.Number;
        BtrfsInode logged = new(item.Data);
        RemoveAttributes(number);
        if (logged.IsDirectory)
        {
            _names.RemoveUnlogged(number);
        }

        WriteInode(item, logged);
        if (logged.IsFile && _tree.TryGet(item.Key, out BtrfsItem written))
        {
            // Nothing was allocated behind the end when it was logged, unless the log says so.
            ulong sector = (ulong)_superblock.SectorSize;
            ulong length = new BtrfsInode(written.Data).Length;
            _extents.Drop(number, length > ulong.MaxValue - sector ? ulong.MaxValue : (length + sector - 1) / sector * sector, ulong.MaxValue);
        }

        _names.Touch(number);
    }

    private void WriteInode(in BtrfsItem item, in BtrfsInode logged)
    {
        byte[] bytes = item.Data.ToArray();
        if (_tree.TryGet(item.Key, out BtrfsItem stored))
        {
            BtrfsInode before = new(stored.Data);
            if (logged.Generation == 0)
            {
                // Logged only so that the inode is there: it stays as it is, but for the length of a file.
                if (!logged.IsFile || !before.IsFile || logged.Length == 0)
                {
                    return;
                }

                bytes = stored.Data.ToArray();
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(BtrfsInode.LengthOffset), logged.Length);
            }
        }

        if (new BtrfsInode(bytes).Generation == 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(BtrfsInode.GenerationOffset), _superblock.Generation + 1);
        }

        _overlay.Set(item.Key, bytes);
    }

    /// <summary>Takes out the extended attributes that the log, which has all of them, does not have.</summary>
    private void RemoveAttributes(ulong number)
    {
        foreach (BtrfsItem item in _tree.Of(number, BtrfsItemTypes.ExtendedAttribute).ToList())
        {
            List<BtrfsName> logged = _log.TryGet(item.Key, out BtrfsItem other) ? BtrfsName.ReadAll(other.Data) : [];
            BtrfsLogNames.Keep(_overlay, item, n => logged.Exists(l => l.Bytes.Span.SequenceEqual(n.Bytes.Span)));
        }
    }
}
