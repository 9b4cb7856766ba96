using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.Volumes.Lvm.Thin;

/// <summary>A node of a B-tree of device-mapper's metadata.</summary>
/// <remarks>
/// <code>
/// little-endian: 0 CRC of the rest ^ 121107 u32   4 flags u32 (1 inner, 2 leaf)   8 own block u64   16 entries u32
///  20 most entries u32   24 bytes in a value u32 (8)   32 keys u64 [most entries]   then values u64
/// </code>
/// </remarks>
internal sealed class ThinNode
{
    private const uint ChecksumMask = 121107;
    private const int HeaderSize = 32;
    private const uint Inner = 1;
    private const uint Leaf = 2;

    private ThinNode(bool isLeaf, ulong[] keys, ulong[] values)
    {
        IsLeaf = isLeaf;
        Keys = keys;
        Values = values;
    }

    public bool IsLeaf { get; }

    public ulong[] Keys { get; }

    public ulong[] Values { get; }

    /// <exception cref="VmaFileSystemException">It is damaged.</exception>
    public static ThinNode Parse(byte[] block, ulong number)
    {
        if (!ThinMetadata.IsChecksumRight(block, ChecksumMask))
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, $"The checksum of block {number} of the thin pool's metadata does not match.");
        }

        uint flags = LittleEndian.U32(block, 4);
        uint count = LittleEndian.U32(block, 16);
        uint most = LittleEndian.U32(block, 20);
        if (flags is not (Inner or Leaf) || LittleEndian.U64(block, 8) != number || count > most
            || most > (block.Length - HeaderSize) / 16 || LittleEndian.U32(block, 24) != 8)
        {
            throw Damaged(number);
        }

        ulong[] keys = new ulong[count];
        ulong[] values = new ulong[count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = LittleEndian.U64(block, HeaderSize + (i * 8));
            values[i] = LittleEndian.U64(block, HeaderSize + ((int)most * 8) + (i * 8));
            if (i > 0 && keys[i] <= keys[i - 1])
            {
                throw Damaged(number);
            }
        }

        return new ThinNode(flags == Leaf, keys, values);
    }

    /// <summary>The last entry whose key is not above this one, or -1.</summary>
    public int IndexOf(ulong key)
    {
        int found = Array.BinarySearch(Keys, key);
        return found >= 0 ? found : ~found - 1;
    }

    private static VmaFileSystemException Damaged(ulong number) =>
        new(VmaCodes.VolumeDamaged, $"Block {number} of the thin pool's metadata is no node of a tree.");
}
