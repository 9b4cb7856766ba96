using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>Extended attributes of UFS2: in up to two blocks of the inode's.</summary>
/// <remarks>
/// An attribute: 0 its length u32   4 namespace u8   5 padding behind the value u8   6 length of the name u8   7 the name, padded to eight
/// with what is in front of it; then the value.
/// </remarks>
internal static class UfsAttributes
{
    private const int NameAt = 7;

    /// <summary>The attributes, by the names of their spaces: <c>user.</c> and <c>system.</c>.</summary>
    public static IReadOnlyList<ExtendedAttributeValue> Read(UfsVolume volume, UfsInode inode)
    {
        if (inode.AttributeLength == 0)
        {
            return [];
        }

        byte[] bytes = ReadArea(volume, inode);
        UfsFields fields = volume.FieldsOf(bytes);
        List<ExtendedAttributeValue> attributes = [];
        for (int at = 0; bytes.Length - at >= NameAt;)
        {
            uint length = fields.U32(at);
            if (length == 0)
            {
                break;
            }

            int nameLength = bytes[at + 6];
            int valueAt = (NameAt + nameLength + 7) & ~7;
            long valueLength = length - valueAt - bytes[at + 5];
            if (length > bytes.Length - at || valueLength < 0)
            {
                throw Damaged("An extended attribute reaches beyond its place.", inode);
            }

            ReadOnlySpan<byte> prefix = bytes[at + 4] switch { 1 => "user."u8, 2 => "system."u8, _ => default };
            if (!prefix.IsEmpty)
            {
                byte[] name = [.. prefix, .. bytes.AsSpan(at + NameAt, nameLength)];
                attributes.Add(new ExtendedAttributeValue(new RawName(name), bytes.AsSpan(at + valueAt, (int)valueLength).ToArray()));
            }

            at += (int)length;
        }

        return attributes;
    }

    private static byte[] ReadArea(UfsVolume volume, UfsInode inode)
    {
        uint length = inode.AttributeLength;
        if (length > UfsInode.AttributeBlocks * (uint)volume.BlockSize)
        {
            throw Damaged("The extended attributes hold more than any inode can have.", inode);
        }

        byte[] bytes = new byte[length];
        int fragment = volume.Superblock.FragmentSize;
        for (int i = 0, done = 0; done < bytes.Length; i++)
        {
            int part = Math.Min(volume.BlockSize, bytes.Length - done);
            long block = inode.AttributeBlock(i);
            long offset = block == 0
                ? throw Damaged("A block of extended attributes is missing.", inode)
                : volume.ContentOffsetOf(inode, block, (part + fragment - 1) / fragment);
            volume.Read(offset, part).CopyTo(bytes, done);
            done += part;
        }

        return bytes;
    }

    private static VmaFileSystemException Damaged(string message, UfsInode inode) =>
        new(VmaCodes.FileSystemDamaged, message, volumeOffset: inode.VolumeOffset);
}
