using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>An entry of a directory as it stands there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Inode">Where its inode is.</param>
internal readonly record struct SquashName(RawName Name, ulong Inode);

/// <summary>The names in directories, in their order.</summary>
/// <remarks>
/// <code>
/// a row of:  0 number of entries - 1 u32   4 block of their inodes u32   8 number of one inode u32, then the entries:
///            0 place in the block u16   2 difference of the number u16   4 type u16   6 length of the name - 1 u16   8 name
/// an index:  0 place in the directory u32   4 block of metadata u32   8 length of the name - 1 u32   12 name of the first entry there
/// </code>
/// </remarks>
internal sealed class SquashDirectories
{
    private const int HeaderSize = 12;
    private const int EntrySize = 8;

    // What Linux takes: entries below one header, and bytes of a name.
    private const uint MaxEntries = 256;
    private const int MaxName = 256;

    private readonly SquashSuperblock _superblock;
    private readonly SquashMetadata _metadata;

    public SquashDirectories(SquashSuperblock superblock, SquashMetadata metadata)
    {
        _superblock = superblock;
        _metadata = metadata;
    }

    /// <summary>All names, one after the other.</summary>
    /// <exception cref="VmaException">The directory is damaged.</exception>
    public IEnumerable<SquashName> Read(SquashEntry directory) => Read(directory.Details, directory.DirectoryLength);

    /// <summary>The entry of a name, by the directory's index where it has one; null where there is none.</summary>
    /// <exception cref="VmaException">The directory is damaged.</exception>
    public SquashName? Find(SquashEntry directory, RawName name)
    {
        SquashPlace start = directory.Details;
        long length = directory.DirectoryLength;
        SquashPlace index = directory.Index;
        for (int i = 0; i < directory.IndexCount; i++)
        {
            byte[] place = Take(ref index, HeaderSize);
            RawName first = new(Take(ref index, NameLength(LittleEndian.U32(place, 8), index)));
            if (first > name)
            {
                break;
            }

            long before = LittleEndian.U32(place, 0);
            start = new SquashPlace(
                _superblock.DirectoryTable + LittleEndian.U32(place, 4), (int)((directory.Details.Within + before) % SquashMetadata.BlockSize));
            length = directory.DirectoryLength - before;
        }

        foreach (SquashName found in Read(start, length))
        {
            if (found.Name >= name)
            {
                return found.Name == name ? found : null;
            }
        }

        return null;
    }

    private static int NameLength(uint stored, SquashPlace place) => stored < MaxName
        ? (int)stored + 1
        : throw SquashErrors.Damaged("A name is longer than any.", place.Block);

    private IEnumerable<SquashName> Read(SquashPlace place, long length)
    {
        while (length > 0)
        {
            byte[] header = Take(ref place, HeaderSize);
            length -= HeaderSize;
            uint count = LittleEndian.U32(header, 0) + 1;
            if (count is 0 or > MaxEntries)
            {
                throw SquashErrors.Damaged("A directory has more entries in a row than there can be.", place.Block);
            }

            for (; count > 0 && length > 0; count--)
            {
                byte[] entry = Take(ref place, EntrySize);
                byte[] name = Take(ref place, NameLength(LittleEndian.U16(entry, 6), place));
                length -= EntrySize + name.Length;
                yield return new SquashName(new RawName(name), ((ulong)LittleEndian.U32(header, 4) << 16) | LittleEndian.U16(entry, 0));
            }
        }
    }

    private byte[] Take(ref SquashPlace place, int count)
    {
        byte[] bytes = new byte[count];
        _metadata.Read(ref place, bytes);
        return bytes;
    }
}
