using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.Volumes.Lvm.Thin;

/// <summary>The metadata of a thin pool: B-trees of blocks of 4 KiB that tell where the blocks of each thin volume are.</summary>
/// <remarks>
/// <code>
/// block 0, little-endian:
///   0 CRC of the rest ^ 160774 u32   8 own block u64   32 magic u64 (27022010)   40 version u32 (1 or 2)
/// 320 root of the mappings u64   336 sectors in a block of data u32   340 sectors in a block of metadata u32 (8)
/// 360 incompatible features u32
/// </code>
/// The tree of mappings has the number of a thin volume for key, and the root of another tree for value: that one's keys are
/// blocks of the volume, its values blocks of the pool's data, above 24 bits that tell when.
/// </remarks>
internal sealed class ThinMetadata
{
    public const int BlockSize = 4096;

    private const ulong Magic = 27022010;
    private const uint ChecksumMask = 160774;
    private const int MaxDepth = 16;
    private const int MaxNodes = 512;

    private readonly DiskBytes _metadata;
    private readonly ulong _root;
    private readonly object _gate = new();
    private readonly Dictionary<ulong, ThinNode> _nodes = [];

    private ThinMetadata(DiskBytes metadata, ulong root, long dataBlockSize)
    {
        _metadata = metadata;
        _root = root;
        DataBlockSize = dataBlockSize;
    }

    /// <summary>Bytes in a block of data.</summary>
    public long DataBlockSize { get; }

    /// <exception cref="VmaException">It is none, is damaged, or has a feature that is not understood.</exception>
    public static ThinMetadata Open(DiskBytes metadata)
    {
        byte[] block = metadata.Read(0, BlockSize);
        uint sectors = LittleEndian.U32(block, 336);
        if (LittleEndian.U64(block, 32) != Magic || sectors == 0 || LittleEndian.U32(block, 340) != BlockSize / 512)
        {
            throw new VmaFileSystemException(VmaCodes.VolumeDamaged, "The metadata of the thin pool have no superblock.");
        }

        if (!IsChecksumRight(block, ChecksumMask))
        {
            throw new VmaFileSystemException(VmaCodes.FileSystemChecksumMismatch, "The checksum of the thin pool's superblock does not match.");
        }

        if (LittleEndian.U32(block, 40) > 2 || LittleEndian.U32(block, 360) != 0)
        {
            throw new VmaFileSystemException(
                VmaCodes.VolumeNotSupported,
                $"The metadata of the thin pool have version {LittleEndian.U32(block, 40)} or features (0x{LittleEndian.U32(block, 360):x}) that are not read here.");
        }

        return new ThinMetadata(metadata, LittleEndian.U64(block, 320), sectors * 512L);
    }

    /// <summary>Where the mappings of a thin volume begin.</summary>
    /// <exception cref="VmaFileSystemException">The pool has no such volume.</exception>
    public ulong RootOf(ulong volume) => Find(_root, volume, out _, out _) is ulong root
        ? root
        : throw new VmaFileSystemException(VmaCodes.VolumeDamaged, $"The thin pool has no volume {volume}.");

    /// <summary>The block of data that has a block of a thin volume; null where there is none.</summary>
    /// <param name="root">Where the mappings of the volume begin.</param>
    /// <param name="block">The block of the volume.</param>
    /// <param name="count">How many blocks from this one on are the same: stored one behind the other, or not there.</param>
    public ulong? FindBlock(ulong root, ulong block, out ulong count)
    {
        if (Find(root, block, out ThinNode? leaf, out ulong next) is not ulong value)
        {
            count = next - block;
            return null;
        }

        const int TimeBits = 24;
        int index = leaf!.IndexOf(block);
        count = 1;
        for (int i = index + 1; i < leaf.Keys.Length && leaf.Keys[i] == block + count && leaf.Values[i] >> TimeBits == (value >> TimeBits) + count; i++)
        {
            count++;
        }

        return value >> TimeBits;
    }

    /// <summary>True where the checksum at the start of a block is that of the rest.</summary>
    public static bool IsChecksumRight(ReadOnlySpan<byte> block, uint mask) =>
        (Crc32C.Update(uint.MaxValue, block.Slice(4)) ^ mask) == LittleEndian.U32(block, 0);

    /// <summary>The value of a key, or null; then <paramref name="next"/> is the least key above it, as far as is known.</summary>
    private ulong? Find(ulong root, ulong key, out ThinNode? leaf, out ulong next)
    {
        leaf = null;
        next = ulong.MaxValue;
        ulong block = root;
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            ThinNode node = ReadNode(block);
            int index = node.IndexOf(key);
            next = index + 1 < node.Keys.Length ? Math.Min(next, node.Keys[index + 1]) : next;
            if (node.IsLeaf)
            {
                leaf = node;
                return index >= 0 && node.Keys[index] == key ? node.Values[index] : null;
            }

            if (index < 0)
            {
                return null;
            }

            block = node.Values[index];
        }

        throw new VmaFileSystemException(VmaCodes.VolumeDamaged, "A tree of the thin pool's metadata is deeper than any can be.");
    }

    private ThinNode ReadNode(ulong block)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue(block, out ThinNode? known))
            {
                return known;
            }
        }

        if (block >= (ulong)(_metadata.Length / BlockSize))
        {
            throw new VmaFileSystemException(VmaCodes.VolumeDamaged, "The metadata of the thin pool point outside of themselves.");
        }

        ThinNode node = ThinNode.Parse(_metadata.Read((long)block * BlockSize, BlockSize), block);
        lock (_gate)
        {
            if (_nodes.Count >= MaxNodes)
            {
                _nodes.Clear();
            }

            _nodes[block] = node;
        }

        return node;
    }
}
