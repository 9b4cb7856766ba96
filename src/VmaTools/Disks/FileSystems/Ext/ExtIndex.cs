using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>
/// The index of a directory by hashes of names: a root in the first block, behind the entries for the directory itself and the one
/// above, and up to three levels of nodes. Each is room, count, and pairs of hash and block; the first pair has no hash.
/// </summary>
internal static class ExtIndex
{
    private const int RootInfoAt = 24;
    private const int MaxLevels = 3;

    /// <summary>Where the counts of an index block stand; negative for a block that is none.</summary>
    public static int CountsAt(ReadOnlySpan<byte> block, int blockSize)
    {
        int first = ExtDirectoryBlock.EntryLength(BinaryPrimitives.ReadUInt16LittleEndian(block.Slice(4)), blockSize);
        if (first == blockSize)
        {
            return 8;
        }

        int second = ExtDirectoryBlock.EntryLength(BinaryPrimitives.ReadUInt16LittleEndian(block.Slice(16)), blockSize);
        bool isRoot = first == 12
            && second == blockSize - 12
            && BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(RootInfoAt)) == 0
            && block[RootInfoAt + 5] == 8;
        return isRoot ? RootInfoAt + 8 : -1;
    }

    /// <summary>Looks for the blocks of entries in which a name can be.</summary>
    /// <param name="superblock">The superblock.</param>
    /// <param name="readBlock">Reads a block of the directory by its number in it.</param>
    /// <param name="name">The name.</param>
    /// <param name="visit">Looks into a block of entries; true ends the search.</param>
    /// <returns>False where the index cannot be used, so that every block has to be looked into.</returns>
    public static bool TrySearch(ExtSuperblock superblock, Func<long, byte[]> readBlock, ReadOnlySpan<byte> name, Func<long, bool> visit)
    {
        byte[] root = readBlock(0);
        int counts = CountsAt(root, superblock.BlockSize);
        if (counts != RootInfoAt + 8)
        {
            return false;
        }

        int levels = root[RootInfoAt + 6];
        if (levels >= MaxLevels || ExtHash.Compute(name, root[RootInfoAt + 4], superblock.HashesUnsigned, superblock.HashSeed) is not uint hash)
        {
            return false;
        }

        byte[] node = root;
        uint? following = null;
        for (int level = 0; ; level++)
        {
            if (!TryFind(node, counts, hash, out int index, out int count))
            {
                return false;
            }

            if (level == levels)
            {
                // Names of one hash may go on in the next block; its hash says so by its lowest bit.
                for (; index < count; index++)
                {
                    if (visit(BlockAt(node, counts, index)))
                    {
                        return true;
                    }

                    uint? next = index + 1 < count ? HashAt(node, counts, index + 1) : following;
                    if (next is not uint other || (other & 1) == 0 || (other & ~1u) != hash)
                    {
                        return true;
                    }
                }

                // They go on in another node: rare enough to look into every block.
                return false;
            }

            following = index + 1 < count ? HashAt(node, counts, index + 1) : following;
            node = readBlock(BlockAt(node, counts, index));
            counts = CountsAt(node, superblock.BlockSize);
            if (counts != 8)
            {
                return false;
            }
        }
    }

    private static bool TryFind(byte[] node, int counts, uint hash, out int index, out int count)
    {
        index = 0;
        int limit = BinaryPrimitives.ReadUInt16LittleEndian(node.AsSpan(counts));
        count = BinaryPrimitives.ReadUInt16LittleEndian(node.AsSpan(counts + 2));
        if (count == 0 || count > limit || counts + (limit * 8) > node.Length)
        {
            return false;
        }

        int low = 1;
        int high = count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (HashAt(node, counts, middle) > hash)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        index = low - 1;
        return true;
    }

    private static uint HashAt(byte[] node, int counts, int index) => BinaryPrimitives.ReadUInt32LittleEndian(node.AsSpan(counts + (index * 8)));

    private static long BlockAt(byte[] node, int counts, int index) => BinaryPrimitives.ReadUInt32LittleEndian(node.AsSpan(counts + (index * 8) + 4)) & 0x0fffffff;
}
