using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Format;

/// <summary>The 512 bytes at the start of an extent, seen in place. Numbers are big-endian.</summary>
/// <remarks><code>
/// offset  size
///      0     4   magic "VMAE"
///      4     2   reserved, 0
///      6     2   block_count: stored 4 KiB blocks that follow
///      8    16   uuid of the archive
///     24    16   MD5 of these 512 bytes with this field zero
///     40  59×8   slots
/// </code></remarks>
internal readonly ref struct ExtentHeader
{
    private const int ReservedOffset = 4;
    public const int BlockCountOffset = 6;
    public const int UuidOffset = 8;
    public const int Md5Offset = 24;
    public const int SlotsOffset = 40;
    public const int SlotSize = 8;

    private readonly ReadOnlySpan<byte> _bytes;

    public ExtentHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes.Slice(0, Layout.ExtentHeaderSize);

    public static ReadOnlySpan<byte> Magic => "VMAE"u8;

    public bool HasMagic => _bytes.StartsWith(Magic);

    public ushort Reserved => BinaryPrimitives.ReadUInt16BigEndian(_bytes.Slice(ReservedOffset));

    /// <summary>The block count that the header claims.</summary>
    public int BlockCount => BinaryPrimitives.ReadUInt16BigEndian(_bytes.Slice(BlockCountOffset));

    public ReadOnlySpan<byte> Uuid => _bytes.Slice(UuidOffset, Layout.UuidSize);

    public Slot this[int index] => new(BinaryPrimitives.ReadUInt64BigEndian(_bytes.Slice(SlotsOffset + (index * SlotSize))));

    /// <summary>Number of blocks that the masks of all used slots add up to.</summary>
    public int MaskedBlockCount()
    {
        int count = 0;
        for (int i = 0; i < Layout.SlotsPerExtent; i++)
        {
            Slot slot = this[i];
            if (slot.DeviceId != 0)
            {
                count += slot.BlockCount;
            }
        }

        return count;
    }

    public bool HasValidMd5()
    {
        Span<byte> copy = stackalloc byte[Layout.ExtentHeaderSize];
        _bytes.CopyTo(copy);
        copy.Slice(Md5Offset, Layout.Md5Size).Clear();
        Span<byte> digest = stackalloc byte[Layout.Md5Size];
        Md5.Hash(copy, digest);
        return digest.SequenceEqual(_bytes.Slice(Md5Offset, Layout.Md5Size));
    }

    /// <summary>Writes a header.</summary>
    /// <param name="target">Where it goes; what is there is overwritten.</param>
    /// <param name="uuid">The archive's uuid.</param>
    /// <param name="slots">The used slots, from the first on.</param>
    public static void Write(Span<byte> target, ReadOnlySpan<byte> uuid, ReadOnlySpan<Slot> slots)
    {
        target = target.Slice(0, Layout.ExtentHeaderSize);
        target.Clear();
        Magic.CopyTo(target);
        uuid.CopyTo(target.Slice(UuidOffset));
        int blocks = 0;
        for (int i = 0; i < slots.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(target.Slice(SlotsOffset + (i * SlotSize)), slots[i].Raw);
            blocks += slots[i].BlockCount;
        }

        BinaryPrimitives.WriteUInt16BigEndian(target.Slice(BlockCountOffset), (ushort)blocks);
        Span<byte> digest = stackalloc byte[Layout.Md5Size];
        Md5.Hash(target, digest);
        digest.CopyTo(target.Slice(Md5Offset));
    }
}
