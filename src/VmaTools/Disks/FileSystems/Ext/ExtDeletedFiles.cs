using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>
/// Looks for inodes that were given up, or that no name leads to, and for what they were called: names stay between the entries of
/// directories until others take the place, or a newer Linux wipes them.
/// </summary>
internal sealed class ExtDeletedFiles
{
    private readonly ExtVolume _volume;
    private readonly FileSystem _files;
    private readonly ExtDirectories _directories;

    public ExtDeletedFiles(ExtVolume volume, FileSystem files, ExtDirectories directories)
    {
        _volume = volume;
        _files = files;
        _directories = directories;
    }

    /// <exception cref="VmaFileSystemException">The superblock claims more inodes than its volume has room for.</exception>
    public IEnumerable<(ExtEntry Entry, bool IsOrphan)> Read()
    {
        uint count = _volume.Superblock.InodeCount;
        if (count > _volume.Bytes.Length / _volume.Superblock.InodeSize)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged, $"A volume of {_volume.Bytes.Length} bytes has no room for {count} inodes.");
        }

        // A damaged superblock may tell of four billion groups, of which no more have inodes than there is room for.
        Dictionary<uint, bool> inodes = [];
        for (long group = 0; group * _volume.Superblock.InodesPerGroup < count; group++)
        {
            Collect(group, inodes);
        }

        Dictionary<uint, (FileEntry Directory, RawName Name)> names = inodes.Count == 0 ? [] : ReadNames(inodes);
        foreach (KeyValuePair<uint, bool> inode in inodes)
        {
            (FileEntry directory, RawName name) = names.TryGetValue(inode.Key, out (FileEntry, RawName) found) ? found : (_files.Root, DeletedFile.NameFor(inode.Key));
            if (Make(inode.Key, directory, name) is ExtEntry entry)
            {
                yield return (entry, inode.Value);
            }
        }
    }

    private ExtEntry? Make(uint number, FileEntry directory, RawName name)
    {
        try
        {
            return new ExtEntry(directory, name, _volume.ReadInode(number), isDeleted: true);
        }
        catch (VmaException)
        {
            // It was read before, but not all bytes of an archive need stay.
            return null;
        }
    }

    /// <summary>Adds the inodes of a group that tell of a file and have no name; a group whose bitmap is damaged tells of none.</summary>
    private void Collect(long group, Dictionary<uint, bool> inodes)
    {
        byte[] taken;
        uint used;
        try
        {
            taken = _volume.Bitmaps.ReadInodes(group, out used);
        }
        catch (VmaException)
        {
            return;
        }

        for (uint i = 0; i < used; i++)
        {
            uint number = (uint)(group * _volume.Superblock.InodesPerGroup) + i + 1;
            if (number < _volume.Superblock.FirstInode || number > _volume.Superblock.InodeCount)
            {
                continue;
            }

            try
            {
                ExtInode inode = _volume.ReadInode(number);
                bool isTaken = (taken[i / 8] >> (int)(i % 8) & 1) != 0;
                if (inode.EntryType is not null && !inode.HasFlag(ExtFlags.AttributeValue) && (!isTaken || inode.LinkCount == 0))
                {
                    inodes.Add(number, isTaken);
                }
            }
            catch (VmaException)
            {
                // One that was never used, or of which nothing can be said.
            }
        }
    }

    /// <summary>Looks through all directories for names that led to the inodes.</summary>
    private Dictionary<uint, (FileEntry Directory, RawName Name)> ReadNames(Dictionary<uint, bool> inodes)
    {
        Dictionary<uint, (FileEntry, RawName)> names = [];
        HashSet<ulong> seen = [];
        Stack<FileEntry> pending = new([_files.Root]);
        while (pending.Count > 0)
        {
            FileEntry directory = pending.Pop();
            if (!seen.Add(directory.Id))
            {
                continue;
            }

            try
            {
                foreach (ExtName name in _directories.ReadRemoved(((ExtEntry)directory).Inode))
                {
                    if (inodes.ContainsKey(name.Inode))
                    {
                        names[name.Inode] = (directory, name.Name);
                    }
                }

                foreach (FileEntry child in _files.ReadDirectory(directory).Where(static e => e.Type == FileEntryType.Directory))
                {
                    pending.Push(child);
                }
            }
            catch (VmaException)
            {
                // Whoever lists the directory is told.
            }
        }

        return names;
    }
}
