using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>What the superblock of a squashfs 4.0 says.</summary>
/// <remarks>
/// <code>
/// little-endian:
///    0 "hsqs"             4 number of inodes u32   8 made u32             12 block size u32    16 number of fragments u32
///   20 compression u16   22 log2 of block u16     24 flags u16            26 number of ids u16 28 version u16, u16
///   32 root inode u64    40 bytes used u64        48 ids u64              56 attributes u64    64 inodes u64
///   72 directories u64   80 fragments u64
/// </code>
/// A place of a table that is not there is all ones.
/// </remarks>
internal sealed class SquashSuperblock
{
    public const int Size = 96;

    private const int MinBlock = 4096;
    private const int MaxBlock = 1 << 20;

    private SquashSuperblock(ReadOnlySpan<byte> bytes)
    {
        BlockSize = (int)LittleEndian.U32(bytes, 12);
        Fragments = LittleEndian.U32(bytes, 16);
        Compression = (SquashCompression)LittleEndian.U16(bytes, 20);
        Ids = LittleEndian.U16(bytes, 26);
        RootInode = LittleEndian.U64(bytes, 32);
        Length = LittleEndian.I64(bytes, 40);
        IdTable = LittleEndian.I64(bytes, 48);
        AttributeTable = LittleEndian.I64(bytes, 56);
        InodeTable = LittleEndian.I64(bytes, 64);
        DirectoryTable = LittleEndian.I64(bytes, 72);
        FragmentTable = LittleEndian.I64(bytes, 80);
    }

    public int BlockSize { get; }

    public uint Fragments { get; }

    public SquashCompression Compression { get; }

    public int Ids { get; }

    /// <summary>The place of the root's inode, as references to inodes have it.</summary>
    public ulong RootInode { get; }

    /// <summary>Bytes that the file system takes.</summary>
    public long Length { get; }

    public long IdTable { get; }

    /// <summary>Negative where there are no extended attributes.</summary>
    public long AttributeTable { get; }

    public long InodeTable { get; }

    public long DirectoryTable { get; }

    public long FragmentTable { get; }

    /// <summary>A way to compress as <c>mksquashfs</c> calls it.</summary>
    public static string NameOf(SquashCompression compression) => compression switch
    {
        SquashCompression.Gzip => "gzip",
        SquashCompression.Lzma => "lzma",
        SquashCompression.Lzo => "lzo",
        SquashCompression.Xz => "xz",
        SquashCompression.Lz4 => "lz4",
        _ => "zstd",
    };

    /// <summary>Reads it, or gives null where none is.</summary>
    /// <exception cref="VmaFileSystemException">It is of another version, is compressed by what is not read here, or makes no sense.</exception>
    public static SquashSuperblock? Read(DiskBytes volume)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (volume.Length < Size || volume.FindRange(0, Size).Kind == KnownRangeKind.Lost)
        {
            return null;
        }

        volume.Read(0, bytes);
        if (bytes.StartsWith("sqsh"u8))
        {
            throw SquashErrors.Unknown("The squashfs is of a version before 4.0, in the byte order of another machine.");
        }

        if (!bytes.StartsWith("hsqs"u8))
        {
            return null;
        }

        int major = LittleEndian.U16(bytes, 28);
        int minor = LittleEndian.U16(bytes, 30);
        if (major != 4 || minor != 0)
        {
            throw SquashErrors.Unknown($"The squashfs is of version {major}.{minor}; 4.0 is read here.");
        }

        SquashSuperblock block = new(bytes);
        if (block.Compression is SquashCompression.Xz or SquashCompression.Lzma)
        {
            throw SquashErrors.Unknown($"The squashfs is compressed by {NameOf(block.Compression)}, which is not read here.");
        }

        if (block.Compression is not (SquashCompression.Gzip or SquashCompression.Lzo or SquashCompression.Lz4 or SquashCompression.Zstd))
        {
            throw SquashErrors.Unknown($"The squashfs is compressed by what is not known here ({(int)block.Compression}).");
        }

        if (block.BlockSize is < MinBlock or > MaxBlock || block.BlockSize != 1 << LittleEndian.U16(bytes, 22)
            || block.InodeTable < Size || block.DirectoryTable < block.InodeTable || block.Length < block.DirectoryTable)
        {
            throw SquashErrors.Damaged("The superblock of the squashfs makes no sense.", 0);
        }

        return block;
    }
}
