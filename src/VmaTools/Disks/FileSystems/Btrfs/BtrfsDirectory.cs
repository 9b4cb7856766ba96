using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Reads directories: in their order, and by the hash of a name.</summary>
internal sealed class BtrfsDirectory
{
    private readonly BtrfsVolume _volume;

    public BtrfsDirectory(BtrfsVolume volume) => _volume = volume;

    /// <summary>The entries in their order; what is damaged goes to <paramref name="report"/>.</summary>
    public IEnumerable<FileEntry> Read(BtrfsEntry directory, Action<VmaException, string?> report)
    {
        if (directory.Subvolume is not BtrfsSubvolume subvolume)
        {
            yield break;
        }

        BtrfsCursor cursor = subvolume.Tree.Seek(new BtrfsKey(directory.Id, BtrfsItemTypes.DirectoryIndex, 0));
        bool isAny = false;
        while (true)
        {
            List<BtrfsName> names;
            try
            {
                if (!cursor.MoveNext() || cursor.Current.Key is { } key && (key.Number != directory.Id || key.Type != BtrfsItemTypes.DirectoryIndex))
                {
                    yield break;
                }

                names = BtrfsName.ReadAll(cursor.Current.Data);
            }
            catch (VmaException exception) when (isAny)
            {
                report(exception, directory.FullName);
                continue;
            }
            finally
            {
                isAny = true;
            }

            foreach (BtrfsName name in names)
            {
                RawName raw = new(name.Bytes.Span);
                BtrfsEntry? entry = null;
                try
                {
                    entry = MakeEntry(directory, subvolume, raw, name.Target);
                }
                catch (VmaException exception)
                {
                    report(exception, Join(directory.FullName, raw));
                }

                if (entry is not null)
                {
                    yield return entry;
                }
            }
        }
    }

    /// <summary>The entry of that name; null where there is none.</summary>
    public BtrfsEntry? Find(BtrfsEntry directory, RawName name)
    {
        BtrfsKey key = new(directory.Id, BtrfsItemTypes.DirectoryName, BtrfsName.Hash(name.Bytes));
        if (directory.Subvolume is BtrfsSubvolume subvolume && subvolume.Tree.TryGet(key, out BtrfsItem item))
        {
            foreach (BtrfsName found in BtrfsName.ReadAll(item.Data))
            {
                if (found.Bytes.Span.SequenceEqual(name.Bytes))
                {
                    return MakeEntry(directory, subvolume, name, found.Target);
                }
            }
        }

        return null;
    }

    private static string Join(string path, RawName name) => (path == "/" ? path : path + "/") + name.ToPathComponent();

    private BtrfsEntry MakeEntry(BtrfsEntry parent, BtrfsSubvolume subvolume, RawName name, in BtrfsKey target)
    {
        if (target.Type == BtrfsItemTypes.Root)
        {
            return MakeSubvolume(parent, subvolume, name, target.Number);
        }

        if (target.Type != BtrfsItemTypes.Inode)
        {
            throw BtrfsErrors.Damaged("The name leads to what is no inode.");
        }

        BtrfsInode inode = subvolume.ReadInode(target.Number);
        if (inode.IsDirectory && !IsOnlyParent(subvolume, target.Number, parent.Id))
        {
            // Or the walk might not end.
            throw BtrfsErrors.Damaged($"The directory {target.Number} of the subvolume {subvolume.Number} belongs to another one than that which names it.");
        }

        return BtrfsEntry.Of(parent, name, subvolume, target.Number, inode);
    }

    private BtrfsEntry MakeSubvolume(BtrfsEntry parent, BtrfsSubvolume subvolume, RawName name, ulong number)
    {
        // Where a snapshot was made of what held a subvolume, the name is there and the subvolume is not.
        BtrfsKey key = new(subvolume.Number, BtrfsItemTypes.RootReference, number);
        if (!_volume.Roots.TryGet(key, out BtrfsItem reference)
            || !BtrfsSubvolumeList.TryReadReference(reference, out ulong directory, out RawName stored)
            || directory != parent.Id || stored != name)
        {
            return BtrfsEntry.Empty(parent, name);
        }

        int parents = 0;
        foreach (BtrfsItem back in _volume.Roots.Of(number, BtrfsItemTypes.RootBackReference))
        {
            parents += back.Key.Offset == subvolume.Number && parents == 0 ? 1 : 2;
        }

        BtrfsSubvolume child = _volume.FindSubvolume(number)
            ?? throw BtrfsErrors.Damaged($"The subvolume {number} is not there.");
        if (parents != 1 || number == BtrfsNumbers.TopSubvolume)
        {
            throw BtrfsErrors.Damaged($"The subvolume {number} belongs to another one than that which names it.");
        }

        return BtrfsEntry.Of(parent, name, child, child.RootDirectory, child.ReadInode(child.RootDirectory));
    }

    /// <summary>True where a directory has one name, and that in the directory given.</summary>
    private static bool IsOnlyParent(BtrfsSubvolume subvolume, ulong directory, ulong parent)
    {
        BtrfsCursor cursor = subvolume.Tree.Seek(new BtrfsKey(directory, BtrfsItemTypes.InodeReference, 0));
        bool isParent = false;
        while (cursor.MoveNext()
            && cursor.Current.Key.Number == directory && cursor.Current.Key.Type is BtrfsItemTypes.InodeReference or BtrfsItemTypes.ExtendedReference)
        {
            BtrfsItem item = cursor.Current;
            if (isParent || item.Key.Type != BtrfsItemTypes.InodeReference || item.Key.Offset != parent || directory == parent
                || item.Data.Length < 10 || item.Data.Length != 10 + BinaryPrimitives.ReadUInt16LittleEndian(item.Data.Span.Slice(8)))
            {
                return false;
            }

            isParent = true;
        }

        return isParent;
    }
}
