using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>What kinds of things a transaction changes.</summary>
internal enum XfsLogItemType
{
    FreeExtents = 0x1236,
    FreeExtentsDone = 0x1237,
    Inode = 0x123b,
    Buffer = 0x123c,
    Quota = 0x123d,
    QuotaOff = 0x123e,
    CreateInodes = 0x123f,
    Owners = 0x1240,
    OwnersDone = 0x1241,
    References = 0x1242,
    ReferencesDone = 0x1243,
    Map = 0x1244,
    MapDone = 0x1245,
    Attribute = 0x1246,
    AttributeDone = 0x1247,
    Exchange = 0x1248,
    ExchangeDone = 0x1249,
    RealtimeFreeExtents = 0x124a,
    RealtimeFreeExtentsDone = 0x124b,
    RealtimeOwners = 0x124c,
    RealtimeOwnersDone = 0x124d,
    RealtimeReferences = 0x124e,
    RealtimeReferencesDone = 0x124f,
}

/// <summary>One change of a transaction: a description, and regions of bytes as it says.</summary>
internal sealed class XfsLogItem
{
    private const int MaxRegions = 257;
    private const int MaxRegion = 1 << 20;

    private readonly List<Region> _regions = [];
    private readonly int _count;

    /// <param name="description">The first region: type and number of regions come first.</param>
    /// <exception cref="VmaFileSystemException">It is too short, or claims too many.</exception>
    public XfsLogItem(ReadOnlySpan<byte> description)
    {
        if (description.Length < 4 || BinaryPrimitives.ReadUInt16LittleEndian(description.Slice(2)) is not (> 0 and <= MaxRegions and ushort count))
        {
            throw XfsVolume.Damaged("A change in the log contradicts itself.");
        }

        Type = (XfsLogItemType)BinaryPrimitives.ReadUInt16LittleEndian(description);
        _count = count;
        Add(description);
    }

    public XfsLogItemType Type { get; }

    /// <summary>True where all its regions are there.</summary>
    public bool IsComplete => _regions.Count == _count;

    /// <summary>How many regions it has.</summary>
    public int RegionCount => _regions.Count;

    /// <summary>The first region.</summary>
    public ReadOnlySpan<byte> Description => this[0];

    /// <summary>A region.</summary>
    /// <exception cref="VmaFileSystemException">There is none of that number.</exception>
    public ReadOnlySpan<byte> this[int index] =>
        index < _regions.Count ? _regions[index].Bytes : throw XfsVolume.Damaged("A change in the log lacks a part.");

    /// <summary>The description, as far as its kind needs it.</summary>
    /// <exception cref="VmaFileSystemException">It is shorter.</exception>
    public ReadOnlySpan<byte> DescriptionOf(int size) =>
        Description.Length >= size ? Description : throw XfsVolume.Damaged("The description of a change in the log is too short.");

    /// <summary>Adds a region, or the first part of one.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Region region = new();
        region.Append(bytes);
        _regions.Add(region);
    }

    /// <summary>Adds to the last region what did not fit into its record.</summary>
    /// <exception cref="VmaFileSystemException">The region is longer than any can be.</exception>
    public void Append(ReadOnlySpan<byte> bytes) => _regions[_regions.Count - 1].Append(bytes);

    private sealed class Region
    {
        private byte[] _bytes = [];
        private int _length;

        public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            int length = _length + bytes.Length;
            if (length > MaxRegion)
            {
                throw XfsVolume.Damaged("A part of a change in the log is longer than any can be.");
            }

            if (length > _bytes.Length)
            {
                Array.Resize(ref _bytes, _length == 0 ? length : Math.Max(length, 2 * _bytes.Length));
            }

            bytes.CopyTo(_bytes.AsSpan(_length));
            _length = length;
        }
    }
}
