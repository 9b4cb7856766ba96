using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>A block of a tree: a leaf with items, or a node with pointers to others. Its inside was checked.</summary>
/// <remarks>
/// <code>
/// 0 checksum[32]   32 UUID[16]   48 its own address u64   80 generation u64   88 tree u64   96 number of items u32   100 level u8
/// 101 level 0: key[17], offset behind the header u32, size u32       above: key[17], address u64, generation u64
/// </code>
/// </remarks>
internal sealed class BtrfsNode
{
    public const int HeaderSize = 101;
    private const int ItemSize = BtrfsKey.Size + 8;
    private const int PointerSize = BtrfsKey.Size + 16;

    private readonly byte[] _bytes;

    private BtrfsNode(byte[] bytes)
    {
        _bytes = bytes;
        Count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(96));
        Level = bytes[100];
    }

    public int Count { get; }

    public int Level { get; }

    public ulong Address => U64(48);

    public ulong Generation => U64(80);

    public int Size => _bytes.Length;

    private int SlotSize => Level == 0 ? ItemSize : PointerSize;

    /// <summary>Checks a block; null where it is not what is expected, with the reason.</summary>
    public static BtrfsNode? Parse(byte[] bytes, ulong address, BtrfsSuperblock superblock, out string? fault)
    {
        fault = null;
        if (!superblock.Checksum.Matches(bytes.AsSpan(BtrfsChecksum.MaxSize), bytes))
        {
            fault = "its checksum does not match";
        }
        else if (!bytes.AsSpan(32, 16).SequenceEqual(superblock.MetadataUuid))
        {
            fault = "it belongs to another file system";
        }
        else if (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(48)) != address)
        {
            fault = "it belongs to another place";
        }
        else if (BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(96)) is int count
            && (count < 0 || count > (bytes.Length - HeaderSize) / (bytes[100] == 0 ? ItemSize : PointerSize)))
        {
            fault = "it cannot hold as many items as it says";
        }

        if (fault is not null)
        {
            return null;
        }

        BtrfsNode node = new(bytes);
        fault = node.FindFault();
        return fault is null ? node : null;
    }

    public BtrfsKey Key(int slot) => BtrfsKey.Read(_bytes.AsSpan(HeaderSize + (slot * SlotSize)));

    /// <summary>The block that a slot of a node leads to.</summary>
    public BtrfsTreeRoot Child(int slot)
    {
        int at = HeaderSize + (slot * PointerSize) + BtrfsKey.Size;
        return new BtrfsTreeRoot(U64(at), U64(at + 8), Level - 1);
    }

    /// <summary>The data of an item of a leaf.</summary>
    public ReadOnlyMemory<byte> Data(int slot)
    {
        int at = HeaderSize + (slot * ItemSize) + BtrfsKey.Size;
        return _bytes.AsMemory(
            HeaderSize + BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at)), BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at + 4)));
    }

    /// <summary>The first slot whose key is not below the one given; <see cref="Count"/> where all are.</summary>
    public int LowerBound(in BtrfsKey key)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Key(middle).CompareTo(key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private string? FindFault()
    {
        for (int slot = 0; slot < Count; slot++)
        {
            if (slot > 0 && Key(slot).CompareTo(Key(slot - 1)) <= 0)
            {
                return "its keys are not in order";
            }

            if (Level == 0)
            {
                int at = HeaderSize + (slot * ItemSize) + BtrfsKey.Size;
                uint offset = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));
                uint size = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at + 4));
                if (offset > _bytes.Length - HeaderSize || size > _bytes.Length - HeaderSize - offset || offset < Count * ItemSize)
                {
                    return "an item lies outside of it";
                }
            }
        }

        return Level > 7 ? "its level makes no sense" : null;
    }

    private ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(offset));
}
