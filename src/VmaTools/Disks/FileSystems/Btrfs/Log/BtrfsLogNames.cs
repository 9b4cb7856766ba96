using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.FileSystems.Btrfs.Log;

/// <summary>Replays names: entries of directories, and what inodes know of them.</summary>
internal sealed class BtrfsLogNames
{
    private readonly BtrfsTree _tree;
    private readonly BtrfsTree _log;
    private readonly BtrfsOverlay _overlay;

    // Inodes whose names may have become more or less.
    private readonly HashSet<ulong> _touched = [];

    public BtrfsLogNames(BtrfsTree tree, BtrfsTree log)
    {
        _tree = tree;
        _log = log;
        _overlay = tree.Overlay!;
    }

    /// <summary>Keeps those names of an item that fit; an item without any is taken out.</summary>
    public static void Keep(BtrfsOverlay overlay, in BtrfsItem item, Func<BtrfsName, bool> fits)
    {
        List<byte> kept = [];
        bool isAll = true;
        int at = 0;
        foreach (BtrfsName name in BtrfsName.ReadAll(item.Data))
        {
            int size = BtrfsName.HeaderSize + name.Bytes.Length + name.Value.Length;
            if (fits(name))
            {
                kept.AddRange(item.Data.Slice(at, size).ToArray());
            }
            else
            {
                isAll = false;
            }

            at += size;
        }

        if (!isAll)
        {
            overlay.Set(item.Key, kept.Count == 0 ? null : kept.ToArray());
        }
    }

    /// <summary>Has the links of an inode counted in the end.</summary>
    public void Touch(ulong number) => _touched.Add(number);

    /// <summary>Takes out the entries of a directory within the ranges that the log has whole, where the log does not have them.</summary>
    public void RemoveUnlogged(ulong directory)
    {
        foreach (BtrfsItem range in _log.Of(directory, BtrfsItemTypes.LoggedRange))
        {
            if (range.Data.Length < 8)
            {
                throw BtrfsErrors.TooShort("a logged range");
            }

            ulong end = BinaryPrimitives.ReadUInt64LittleEndian(range.Data.Span);
            RemoveEntries(directory, range.Key.Offset, end, isInLog: true);
        }
    }

    /// <summary>Puts a logged entry into its directory.</summary>
    public void AddLogged(in BtrfsItem item)
    {
        ulong directory = item.Key.Number;
        if (!IsThere(directory))
        {
            return;
        }

        foreach (BtrfsName name in BtrfsName.ReadAll(item.Data))
        {
            bool exists = name.Target.Type != BtrfsItemTypes.Inode || IsThere(name.Target.Number);
            bool hasName = DropConflict(directory, FindName(directory, name.Bytes.Span), name, exists);
            bool hasIndex = DropConflict(directory, FindIndex(directory, item.Key.Offset), name, exists);
            if ((hasName && hasIndex) || !exists || name.Target.Type != BtrfsItemTypes.Inode
                || IsReferenceLogged(name.Target.Number, directory, name.Bytes.Span))
            {
                // It is there, cannot be, or comes with its inode.
                continue;
            }

            AddName(directory, item.Key.Offset, name.Target.Number, name.Type, name.Bytes.Span);
            AddReference(name.Target.Number, new BtrfsReference(directory, item.Key.Offset, name.Bytes));
            Touch(name.Target.Number);
        }
    }

    /// <summary>Gives an inode the names that the log says it has.</summary>
    public void ReplayReferences(in BtrfsItem item)
    {
        ulong number = item.Key.Number;
        List<BtrfsReference> logged = BtrfsReference.ReadAll(item);
        if (!TryReadInode(number, out BtrfsInode inode))
        {
            return;
        }

        foreach (BtrfsReference reference in logged)
        {
            ulong directory = reference.Parent;
            if (!IsThere(directory))
            {
                return;
            }

            if (number == directory)
            {
                // The root directory is its own.
                return;
            }

            if (FindName(directory, reference.Name.Span)?.Target.Number == number
                && FindIndex(directory, reference.Index) is BtrfsName there
                && there.Target.Number == number && there.Bytes.Span.SequenceEqual(reference.Name.Span))
            {
                continue;
            }

            foreach (BtrfsReference stale in ReferencesIn(number, directory))
            {
                if (!IsReferenceLogged(number, directory, stale.Name.Span))
                {
                    Unlink(directory, number, stale.Name.Span);
                }
            }

            if (FindIndex(directory, reference.Index) is BtrfsName atIndex)
            {
                Unlink(directory, atIndex.Target.Number, atIndex.Bytes.Span);
            }

            if (FindName(directory, reference.Name.Span) is BtrfsName withName)
            {
                Unlink(directory, withName.Target.Number, withName.Bytes.Span);
            }

            AddName(directory, reference.Index, number, EntryTypeOf(inode), reference.Name.Span);
        }

        if (_tree.TryGet(item.Key, out BtrfsItem before))
        {
            foreach (BtrfsReference old in BtrfsReference.ReadAll(before))
            {
                if (!logged.Exists(l => l.Parent == old.Parent && l.Name.Span.SequenceEqual(old.Name.Span)))
                {
                    Unlink(old.Parent, number, old.Name.Span);
                }
            }
        }

        _overlay.Set(item.Key, item.Data.ToArray());
        Touch(number);
    }

    /// <summary>Sets the numbers of links to what is there; what has none any more is empty.</summary>
    public void CountLinks()
    {
        // Emptying one directory may leave another without a name.
        for (Queue<ulong> pending = new(_touched); pending.Count > 0;)
        {
            ulong number = pending.Dequeue();
            _touched.Clear();
            if (!TryReadInode(number, out BtrfsInode inode))
            {
                continue;
            }

            uint links = (uint)References(number).Count();
            if (links != inode.Links && _tree.TryGet(InodeKey(number), out BtrfsItem item))
            {
                byte[] bytes = item.Data.ToArray();
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(BtrfsInode.LinksOffset), links);
                _overlay.Set(item.Key, bytes);
            }

            if (links == 0 && inode.IsDirectory)
            {
                RemoveEntries(number, 0, ulong.MaxValue, isInLog: false);
            }

            foreach (ulong next in _touched)
            {
                pending.Enqueue(next);
            }
        }
    }

    private static BtrfsKey InodeKey(ulong number) => new(number, BtrfsItemTypes.Inode, 0);

    private static byte EntryTypeOf(in BtrfsInode inode) => inode.Type switch
    {
        FileEntryType.Directory => 2,
        FileEntryType.CharacterDevice => 3,
        FileEntryType.BlockDevice => 4,
        FileEntryType.Fifo => 5,
        FileEntryType.Socket => 6,
        FileEntryType.SymbolicLink => 7,
        _ => 1,
    };

    private bool IsThere(ulong number) => _tree.TryGet(InodeKey(number), out _);

    private bool TryReadInode(ulong number, out BtrfsInode inode)
    {
        bool isThere = _tree.TryGet(InodeKey(number), out BtrfsItem item);
        inode = isThere ? new BtrfsInode(item.Data) : default;
        return isThere;
    }

    private void RemoveEntries(ulong directory, ulong start, ulong end, bool isInLog)
    {
        List<BtrfsItem> entries = [];
        BtrfsCursor cursor = _tree.Seek(new BtrfsKey(directory, BtrfsItemTypes.DirectoryIndex, start));
        while (cursor.MoveNext()
            && cursor.Current.Key is { } key && key.Number == directory && key.Type == BtrfsItemTypes.DirectoryIndex && key.Offset <= end)
        {
            entries.Add(cursor.Current);
        }

        foreach (BtrfsItem item in entries)
        {
            List<BtrfsName> logged = isInLog && _log.TryGet(item.Key, out BtrfsItem other) ? BtrfsName.ReadAll(other.Data) : [];
            foreach (BtrfsName name in BtrfsName.ReadAll(item.Data))
            {
                if (!logged.Exists(l => l.Bytes.Span.SequenceEqual(name.Bytes.Span)))
                {
                    Unlink(directory, name.Target.Number, name.Bytes.Span, item.Key.Offset);
                }
            }
        }
    }

    /// <summary>Takes out an entry that another inode has taken the place of; true where it is the same one.</summary>
    private bool DropConflict(ulong directory, BtrfsName? there, in BtrfsName logged, bool exists)
    {
        if (there is not BtrfsName found)
        {
            return false;
        }

        if (found.Target == logged.Target && found.Type == logged.Type)
        {
            return true;
        }

        if (exists)
        {
            Unlink(directory, found.Target.Number, found.Bytes.Span);
        }

        return false;
    }

    private BtrfsName? FindName(ulong directory, ReadOnlySpan<byte> name)
    {
        if (_tree.TryGet(new BtrfsKey(directory, BtrfsItemTypes.DirectoryName, BtrfsName.Hash(name)), out BtrfsItem item))
        {
            foreach (BtrfsName found in BtrfsName.ReadAll(item.Data))
            {
                if (found.Bytes.Span.SequenceEqual(name))
                {
                    return found;
                }
            }
        }

        return null;
    }

    private BtrfsName? FindIndex(ulong directory, ulong index) =>
        _tree.TryGet(new BtrfsKey(directory, BtrfsItemTypes.DirectoryIndex, index), out BtrfsItem item)
            && BtrfsName.ReadAll(item.Data) is { Count: > 0 } names
            ? names[0]
            : null;

    private void AddName(ulong directory, ulong index, ulong number, byte type, ReadOnlySpan<byte> name)
    {
        byte[] entry = new byte[BtrfsName.HeaderSize + name.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, number);
        entry[8] = BtrfsItemTypes.Inode;
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(27), (ushort)name.Length);
        entry[29] = type;
        name.CopyTo(entry.AsSpan(BtrfsName.HeaderSize));
        _overlay.Set(new BtrfsKey(directory, BtrfsItemTypes.DirectoryIndex, index), entry);
        BtrfsKey key = new(directory, BtrfsItemTypes.DirectoryName, BtrfsName.Hash(name));
        _overlay.Set(key, _tree.TryGet(key, out BtrfsItem same) ? [.. same.Data.ToArray(), .. entry] : entry);
    }

    private void AddReference(ulong number, in BtrfsReference reference)
    {
        BtrfsKey key = new(number, BtrfsItemTypes.InodeReference, reference.Parent);
        List<BtrfsReference> references = _tree.TryGet(key, out BtrfsItem item) ? BtrfsReference.ReadAll(item) : [];
        references.Add(reference);
        _overlay.Set(key, BtrfsReference.Write(references, isExtended: false));
    }

    /// <summary>Takes a name of an inode out of a directory.</summary>
    private void Unlink(ulong directory, ulong number, ReadOnlySpan<byte> name, ulong? index = null)
    {
        byte[] bytes = name.ToArray();
        foreach (BtrfsItem item in ReferenceItems(number).ToList())
        {
            List<BtrfsReference> references = BtrfsReference.ReadAll(item);
            int at = references.FindIndex(r => r.Parent == directory && r.Name.Span.SequenceEqual(bytes));
            if (at >= 0)
            {
                index ??= references[at].Index;
                references.RemoveAt(at);
                _overlay.Set(
                    item.Key,
                    references.Count == 0 ? null : BtrfsReference.Write(references, item.Key.Type == BtrfsItemTypes.ExtendedReference));
                break;
            }
        }

        if (index is ulong place && _tree.TryGet(new BtrfsKey(directory, BtrfsItemTypes.DirectoryIndex, place), out BtrfsItem indexed))
        {
            Keep(_overlay, indexed, n => !n.Bytes.Span.SequenceEqual(bytes));
        }

        if (_tree.TryGet(new BtrfsKey(directory, BtrfsItemTypes.DirectoryName, BtrfsName.Hash(bytes)), out BtrfsItem named))
        {
            Keep(_overlay, named, n => !n.Bytes.Span.SequenceEqual(bytes));
        }

        Touch(number);
    }

    private IEnumerable<BtrfsItem> ReferenceItems(ulong number) =>
        _tree.Of(number, BtrfsItemTypes.InodeReference).Concat(_tree.Of(number, BtrfsItemTypes.ExtendedReference));

    private IEnumerable<BtrfsReference> References(ulong number) => ReferenceItems(number).SelectMany(static i => BtrfsReference.ReadAll(i));

    private List<BtrfsReference> ReferencesIn(ulong number, ulong directory) =>
        References(number).Where(r => r.Parent == directory).ToList();

    private bool IsReferenceLogged(ulong number, ulong directory, ReadOnlySpan<byte> name)
    {
        BtrfsKey plain = new(number, BtrfsItemTypes.InodeReference, directory);
        BtrfsKey extended = new(number, BtrfsItemTypes.ExtendedReference, BtrfsReference.Hash(directory, name));
        return Holds(plain, directory, name) || Holds(extended, directory, name);
    }

    private bool Holds(in BtrfsKey key, ulong directory, ReadOnlySpan<byte> name)
    {
        if (_log.TryGet(key, out BtrfsItem item))
        {
            foreach (BtrfsReference reference in BtrfsReference.ReadAll(item))
            {
                if (reference.Parent == directory && reference.Name.Span.SequenceEqual(name))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
