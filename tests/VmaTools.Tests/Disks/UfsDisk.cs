using System;
using System.Buffers.Binary;
using VmaTools.Bytes;
using VmaTools.Disks;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>
/// The little-endian UFS2 of makefs, and what of it a test changes: what makefs never writes, such as holes, check hashes, attributes and
/// snapshots, is put in by the description of the format.
/// </summary>
internal sealed class UfsDisk
{
    public const int SuperblockAt = 8192;
    public const int SuperblockSize = 8192;
    public const int InodeSize = 256;
    public const int BlockSize = 4096;
    public const int Fragment = 512;

    private const int HeaderMagic = 0x00090255;

    private readonly int _headerSize;

    public UfsDisk()
    {
        Volume = GuestImages.OpenRaw("ufs2");
        _headerSize = BinaryPrimitives.ReadInt32LittleEndian(Volume.Read(SuperblockAt + 160, 4));
    }

    public SparseBytes Volume { get; }

    public FileSystem Open() => GuestImages.OpenFiles(Volume);

    public void ChangeSuperblock(Action<byte[]> change) => Change(SuperblockAt, SuperblockSize, change);

    /// <summary>Changes the inode of a path.</summary>
    public void ChangeInode(string path, Action<byte[]> change) => Change(PlaceOf(path), InodeSize, change);

    public byte[] ReadInode(string path) => Volume.Read(PlaceOf(path), InodeSize);

    public void Change(long offset, int length, Action<byte[]> change)
    {
        byte[] bytes = Volume.Read(offset, length);
        change(bytes);
        Volume.Write(offset, bytes);
    }

    /// <summary>The entry of a path.</summary>
    public static FileEntry Find(FileSystem files, string path)
    {
        FileEntry entry = files.Root;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            FileEntry? child = files.Find(entry, RawName.Parse(name));
            Assert.NotNull(child);
            entry = child;
        }

        return entry;
    }

    /// <summary>Where the inode of a path stands.</summary>
    public long PlaceOf(string path)
    {
        using FileSystem files = Open();
        return PlaceOf(Find(files, path).Id);
    }

    /// <summary>The first fragments of as many free blocks, as the maps of the groups have them.</summary>
    public long[] FreeBlocks(int count)
    {
        using FileSystem files = Open();
        long[] found = new long[count];
        int done = 0;
        foreach ((long offset, long length) in files.ReadUnallocated())
        {
            for (long at = (offset + BlockSize - 1) / BlockSize * BlockSize; at + BlockSize <= offset + length && done < count; at += BlockSize)
            {
                found[done++] = at / Fragment;
            }
        }

        Assert.Equal(count, done);
        return found;
    }

    /// <summary>Gives superblock, headers of groups and inodes check hashes, as FreeBSD has them.</summary>
    public void AddHashes()
    {
        ChangeSuperblock(static s =>
        {
            s[1312 + 1] |= 2;
            s[1308] = 7;
        });
        foreach (long page in Volume.Pages)
        {
            Mend(page);
        }
    }

    /// <summary>Makes the check hashes of all that lies in a page right.</summary>
    public void Mend(long page)
    {
        byte[] superblock = Volume.Read(SuperblockAt, SuperblockSize);
        if (page is >= SuperblockAt and < SuperblockAt + SuperblockSize)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(superblock.AsSpan(104));
            if (size is > 1376 and <= SuperblockSize)
            {
                Seal(superblock.AsSpan(0, size), 1304);
                Volume.Write(SuperblockAt, superblock);
            }

            return;
        }

        long perGroup = 256 * Fragment;
        for (long at = page; at < page + SparseBytes.PageSize && at < Volume.Length; at += Fragment)
        {
            long within = at % perGroup / Fragment;
            if (within == HeaderFragment)
            {
                byte[] header = Volume.Read(at, _headerSize);
                if (BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)) == HeaderMagic)
                {
                    Seal(header, 132);
                    Volume.Write(at, header);
                }
            }
            else if (within is >= InodeFragment and < DataFragment)
            {
                for (int i = 0; i < Fragment / InodeSize; i++)
                {
                    byte[] inode = Volume.Read(at + (i * InodeSize), InodeSize);
                    if ((inode[0] | inode[1]) != 0)
                    {
                        Seal(inode, 244);
                        Volume.Write(at + (i * InodeSize), inode);
                    }
                }
            }
        }
    }

    // Where things stand in a group of this volume.
    private const int HeaderFragment = 48;
    private const int InodeFragment = 56;
    private const int DataFragment = 64;
    private const int InodesPerGroup = 16;

    private static long PlaceOf(ulong inode) =>
        ((((long)inode / InodesPerGroup * 256) + InodeFragment) * Fragment) + ((long)inode % InodesPerGroup * InodeSize);

    private static void Seal(Span<byte> structure, int at)
    {
        structure.Slice(at, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(structure.Slice(at), Crc32C.Update(uint.MaxValue, structure));
    }
}
