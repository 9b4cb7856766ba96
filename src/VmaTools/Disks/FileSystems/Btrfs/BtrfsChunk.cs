using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>A range of logical addresses and where it lies on the devices.</summary>
/// <remarks>
/// <code>
/// 0 length u64   16 length of a stripe u64   24 kind u64   44 stripes u16   46 copies of each in RAID 10 u16
/// 48 stripes: device u64, offset u64, UUID of the device[16]
/// </code>
/// </remarks>
internal sealed class BtrfsChunk
{
    private const int HeaderSize = 48;
    private const int StripeSize = 32;

    private const ulong Raid0 = 1 << 3;
    private const ulong Raid1 = 1 << 4;
    private const ulong Duplicate = 1 << 5;
    private const ulong Raid10 = 1 << 6;
    private const ulong Raid5 = 1 << 7;
    private const ulong Raid6 = 1 << 8;
    private const ulong Raid1C3 = 1 << 9;
    private const ulong Raid1C4 = 1 << 10;
    private const ulong Mirrors = Raid1 | Duplicate | Raid1C3 | Raid1C4;
    private const ulong Known = 7 | Raid0 | Mirrors | Raid10 | Raid5 | Raid6;

    private readonly ulong _kind;
    private readonly ulong _stripeLength;
    private readonly int _copies;
    private readonly (ulong Device, ulong Offset)[] _stripes;

    private BtrfsChunk(ulong start, ulong length, ulong stripeLength, ulong kind, int copies, (ulong Device, ulong Offset)[] stripes)
    {
        Start = start;
        Length = length;
        _stripeLength = stripeLength;
        _kind = kind;
        _copies = copies;
        _stripes = stripes;
    }

    public ulong Start { get; }

    public ulong Length { get; }

    public ulong End => Start + Length;

    /// <summary>How many copies there are of each byte.</summary>
    public int Copies => _copies;

    /// <summary>Bytes on the devices for each byte, for what parity does not take.</summary>
    public ulong DeviceBytes(ulong used) => (_kind & (Raid5 | Raid6)) != 0
        ? used / (ulong)DataStripes * (ulong)_stripes.Length
        : used * (ulong)_copies;

    private int DataStripes => _stripes.Length - ((_kind & Raid5) != 0 ? 1 : (_kind & Raid6) != 0 ? 2 : 0);

    /// <summary>Parses a chunk; its copies are put into the order in which they are to be tried.</summary>
    /// <param name="start">Its first logical address.</param>
    /// <param name="bytes">The item, or what begins with it.</param>
    /// <param name="rank">The rank of a device among copies: lower ones are tried first.</param>
    /// <param name="size">Bytes of the item.</param>
    public static BtrfsChunk Parse(ulong start, ReadOnlySpan<byte> bytes, Func<ulong, int> rank, out int size)
    {
        if (bytes.Length < HeaderSize)
        {
            throw BtrfsErrors.TooShort("a chunk");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        ulong stripeLength = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(16));
        ulong kind = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(24));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(44));
        int subStripes = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(46));
        size = HeaderSize + (count * StripeSize);
        if (bytes.Length < size)
        {
            throw BtrfsErrors.TooShort("the stripes of a chunk");
        }

        if ((kind & ~Known) != 0)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemFeatureUnknown, $"The Btrfs has chunks of the unknown kind 0x{kind:x}.");
        }

        int copies = (kind & Raid10) != 0 ? subStripes : (kind & Mirrors) != 0 ? count : 1;
        int parities = (kind & Raid5) != 0 ? 1 : (kind & Raid6) != 0 ? 2 : 0;
        if (count == 0 || length == 0 || length > long.MaxValue || start > long.MaxValue - length || copies == 0 || count % copies != 0
            || count <= parities || stripeLength == 0 || (stripeLength & (stripeLength - 1)) != 0 || stripeLength > 1 << 30
            || ((kind & (Raid0 | Raid10 | Raid5 | Raid6)) == 0 && copies != count))
        {
            throw BtrfsErrors.Damaged($"The Btrfs chunk at the logical address {start} makes no sense.");
        }

        (ulong Device, ulong Offset)[] stripes = new (ulong, ulong)[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> stripe = bytes.Slice(HeaderSize + (i * StripeSize));
            stripes[i] = (BinaryPrimitives.ReadUInt64LittleEndian(stripe), BinaryPrimitives.ReadUInt64LittleEndian(stripe.Slice(8)));
        }

        for (int i = 0; i < count && copies > 1; i += copies)
        {
            Array.Sort(stripes, i, copies, Comparer<(ulong Device, ulong Offset)>.Create(
                (a, b) => rank(a.Device) != rank(b.Device) ? rank(a.Device).CompareTo(rank(b.Device)) : a.CompareTo(b)));
        }

        return new BtrfsChunk(start, length, stripeLength, kind, copies, stripes);
    }

    /// <summary>Where a copy of an address lies, and how many bytes lie there together.</summary>
    public ulong Locate(ulong address, int copy, out ulong device, out ulong together)
    {
        ulong within = address - Start;
        together = Length - within;
        if ((_kind & (Raid0 | Raid10 | Raid5 | Raid6)) == 0)
        {
            device = _stripes[copy].Device;
            return unchecked(_stripes[copy].Offset + within);
        }

        ulong number = within / _stripeLength;
        ulong inStripe = within % _stripeLength;
        together = Math.Min(together, _stripeLength - inStripe);
        ulong groups = (ulong)(DataStripes / _copies);
        ulong row = number / groups;
        ulong column = number % groups;
        ulong stripe = (_kind & (Raid5 | Raid6)) != 0
            ? (row + column) % (ulong)_stripes.Length
            : (column * (ulong)_copies) + (ulong)copy;
        device = _stripes[stripe].Device;
        return unchecked(_stripes[stripe].Offset + (row * _stripeLength) + inStripe);
    }
}
