using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>Where a kind of structure of version 5 has its checksum, and says what it belongs to and where it lies.</summary>
/// <param name="Name">What people call the structure.</param>
/// <param name="Checksum">Offset of the checksum.</param>
/// <param name="Place">Offset of the place, in units of 512 bytes.</param>
/// <param name="Uuid">Offset of the file system's identity.</param>
/// <param name="Owner">Offset of the number of the inode that it belongs to.</param>
internal sealed record XfsHeader(string Name, int Checksum, int Place, int Uuid, int Owner)
{
    /// <summary>A block of a directory's names.</summary>
    public static readonly XfsHeader Names = new("block of a directory", 4, 8, 24, 40);

    /// <summary>A node or leaf of the tree over the names of a directory or attributes.</summary>
    public static readonly XfsHeader HashTree = new("block of an index of names", 12, 16, 32, 48);

    /// <summary>A block of the tree over a file's extents.</summary>
    public static readonly XfsHeader ExtentTree = new("block of a map of extents", 64, 24, 40, 56);

    /// <summary>A piece of a symbolic link's target, or of an attribute's value.</summary>
    public static readonly XfsHeader Remote = new("piece of a link or an attribute", 12, 40, 16, 32);

    /// <summary>True where the checksum over the bytes, its own four counted as zero, is the one that stands there.</summary>
    public static bool IsChecksumRight(ReadOnlySpan<byte> bytes, int offset) =>
        ChecksumOf(bytes, offset) == BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(offset));

    /// <summary>The checksum over the bytes, its own four counted as zero.</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> bytes, int offset)
    {
        uint crc = Crc32C.Append(Crc32C.Initial, bytes.Slice(0, offset));
        crc = Crc32C.Append(crc, [0, 0, 0, 0]);
        return Crc32C.Append(crc, bytes.Slice(offset + 4));
    }

    /// <summary>Checks a structure that was read at an offset of the volume.</summary>
    /// <exception cref="VmaFileSystemException">The checksum is wrong, or it belongs elsewhere.</exception>
    public void Check(ReadOnlySpan<byte> bytes, XfsSuperblock superblock, ulong owner, long offset)
    {
        if (!IsChecksumRight(bytes, Checksum))
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, $"The checksum of a {Name} does not match.", volumeOffset: offset);
        }

        if (!bytes.Slice(Uuid, 16).SequenceEqual(superblock.MetaUuid)
            || BigEndian.U64(bytes, Place) != (ulong)offset >> 9
            || BigEndian.U64(bytes, Owner) != owner)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged,
                $"A {Name} belongs to another file system, place or file than what refers to it.",
                volumeOffset: offset);
        }
    }
}
