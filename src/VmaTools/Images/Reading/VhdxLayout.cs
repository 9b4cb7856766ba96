using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Images.Reading;

/// <summary>Where the block table of a VHDX is, and what the metadata say of the disk.</summary>
/// <remarks>
/// <code>
///  regions   at 192 KiB, again at 256 KiB, 64 KiB each: "regi", CRC-32C, entries u32, reserved u32;
///            an entry: guid 16, offset 8, length 4, bit 0 of u32: whoever does not know it must not open the file
///  metadata  "metadata", reserved 2, entries u16, reserved 20;
///            an entry: guid 16, offset in the region 4, length 4, flags 4 (bit 2: must be known), reserved 4
/// </code>
/// </remarks>
internal sealed class VhdxLayout
{
    private const int RegionTableSize = 64 << 10;
    private const int MetadataTableSize = 64 << 10;
    private const int MaxEntries = 2047;
    private const int EntrySize = 32;
    private const int MiB = 1 << 20;
    private const long MaxDiskSize = 64L << 40;
    private const uint LeaveAllocatedBit = 1;
    private const uint HasParentBit = 2;
    private const uint RequiredItemBit = 4;

    private static readonly long[] RegionTables = [192 << 10, 256 << 10];
    private static readonly Guid BlockTableRegion = new("2DC27766-F623-4200-9D64-115E9BFD4A08");
    private static readonly Guid MetadataRegion = new("8B7CA206-4790-4B9A-B8FE-575F050F886E");
    private static readonly Guid FileParameters = new("CAA16737-FA36-4D43-B3B6-33F0AA44E76B");
    private static readonly Guid DiskSize = new("2FA54224-CD1B-4876-B211-5DBED83BF4B8");
    private static readonly Guid DiskId = new("BECA12AB-B2E6-4523-93EF-C309E000C746");
    private static readonly Guid LogicalSectorSize = new("8141BF1D-A96F-4709-BA47-F233A8FAAB5F");
    private static readonly Guid PhysicalSectorSize = new("CDA348C7-445D-4471-9CC9-E9885251C556");
    private static readonly Guid ParentLocator = new("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C");

    private VhdxLayout(long tableOffset, int blockSize, bool isFixed, long size, int sectorSize)
    {
        TableOffset = tableOffset;
        BlockSize = blockSize;
        IsFixed = isFixed;
        Size = size;
        SectorSize = sectorSize;
    }

    /// <summary>Offset of the table of blocks.</summary>
    public long TableOffset { get; }

    public int BlockSize { get; }

    /// <summary>Whether all blocks were allocated when the image was made.</summary>
    public bool IsFixed { get; }

    /// <summary>Size of the disk in bytes.</summary>
    public long Size { get; }

    public int SectorSize { get; }

    /// <summary>Blocks for which the table has one entry more, of a bitmap that only disks with a parent need.</summary>
    public long BlocksInChunk => (1L << 23) * SectorSize / BlockSize;

    public static VhdxLayout Read(ImageFile file)
    {
        Dictionary<Guid, (long Offset, long Length)> regions = ReadRegions(file);
        if (!regions.TryGetValue(BlockTableRegion, out (long Offset, long Length) table)
            || !regions.TryGetValue(MetadataRegion, out (long Offset, long Length) metadata))
        {
            throw file.Damaged("it has no table of blocks, or no metadata.");
        }

        Dictionary<Guid, (long Offset, int Length)> items = ReadItems(file, metadata.Offset, metadata.Length);
        byte[] parameters = ReadItem(file, items, FileParameters, 8, "the parameters of the file");
        uint blockSize = LittleEndian.U32(parameters, 0);
        uint flags = LittleEndian.U32(parameters, 4);
        if ((flags & HasParentBit) != 0)
        {
            throw file.NeedsParent(
                items.TryGetValue(ParentLocator, out (long Offset, int Length) locator)
                    ? VhdxParent.NameIn(file.Read(locator.Offset, locator.Length, "The locator of the parent"))
                    : string.Empty,
                "a differencing disk: merge it, or give the parent");
        }

        ulong size = LittleEndian.U64(ReadItem(file, items, DiskSize, 8, "the size of the disk"), 0);
        uint sectorSize = LittleEndian.U32(ReadItem(file, items, LogicalSectorSize, 4, "the size of sectors"), 0);
        if (blockSize is < MiB or > 256 * MiB || (blockSize & (blockSize - 1)) != 0
            || sectorSize is not (512 or 4096)
            || size > MaxDiskSize || size % sectorSize != 0)
        {
            throw file.Damaged($"a disk of {size} bytes in blocks of {blockSize} and sectors of {sectorSize} cannot be.", metadata.Offset);
        }

        VhdxLayout layout = new(table.Offset, (int)blockSize, (flags & LeaveAllocatedBit) != 0, (long)size, (int)sectorSize);
        long blocks = ((long)size + blockSize - 1) / blockSize;
        long entries = blocks == 0 ? 0 : blocks + ((blocks - 1) / layout.BlocksInChunk);
        return entries * sizeof(ulong) <= table.Length
            ? layout
            : throw file.Damaged($"its table of blocks is too short for a disk of {size} bytes.", table.Offset);
    }

    private static Dictionary<Guid, (long Offset, long Length)> ReadRegions(ImageFile file)
    {
        byte[]? table = null;
        int whole = 0;
        foreach (long place in RegionTables)
        {
            byte[] bytes = file.Read(place, RegionTableSize, "A table of regions");
            if (bytes.AsSpan().StartsWith("regi"u8) && VhdxHeader.IsWhole(bytes))
            {
                whole++;
                table ??= bytes;
            }
        }

        if (table is null)
        {
            throw file.Mismatch("each of the two tables of regions", RegionTables[0]);
        }

        if (whole < RegionTables.Length)
        {
            file.Tell(VmaCodes.ImageBackupUsed, "one of the two tables of regions is damaged; the other is used.");
        }

        Dictionary<Guid, (long Offset, long Length)> regions = [];
        uint count = LittleEndian.U32(table, 8);
        for (int i = 0; i < Math.Min(count, MaxEntries); i++)
        {
            ReadOnlySpan<byte> entry = table.AsSpan(16 + (i * EntrySize), EntrySize);
            Guid id = ReadGuid(entry);
            if (id != BlockTableRegion && id != MetadataRegion)
            {
                if ((LittleEndian.U32(entry, 28) & 1) != 0)
                {
                    throw file.NotSupported($"it has a region that must be known and is not ({id}).");
                }

                continue;
            }

            long offset = LittleEndian.I64(entry, 16);
            uint length = LittleEndian.U32(entry, 24);
            if (offset < MiB || offset % MiB != 0 || regions.ContainsKey(id))
            {
                throw file.Damaged("a region does not lie at a whole MiB, or comes twice.", RegionTables[0]);
            }

            file.CheckRange(offset, length, "A region");
            regions.Add(id, (offset, length));
        }

        return regions;
    }

    private static Dictionary<Guid, (long Offset, int Length)> ReadItems(ImageFile file, long region, long regionLength)
    {
        if (regionLength < MetadataTableSize)
        {
            throw file.Damaged("its metadata are too short.", region);
        }

        byte[] table = file.Read(region, MetadataTableSize, "The table of metadata");
        if (!table.AsSpan().StartsWith("metadata"u8))
        {
            throw file.Damaged("its metadata do not begin as such.", region);
        }

        Dictionary<Guid, (long Offset, int Length)> items = [];
        int count = LittleEndian.U16(table, 10);
        for (int i = 0; i < Math.Min(count, MaxEntries); i++)
        {
            ReadOnlySpan<byte> entry = table.AsSpan(EntrySize + (i * EntrySize), EntrySize);
            Guid id = ReadGuid(entry);
            uint offset = LittleEndian.U32(entry, 16);
            uint length = LittleEndian.U32(entry, 20);
            bool isKnown = id == FileParameters || id == DiskSize || id == DiskId || id == LogicalSectorSize || id == PhysicalSectorSize || id == ParentLocator;
            if (!isKnown && (LittleEndian.U32(entry, 24) & RequiredItemBit) != 0)
            {
                throw file.NotSupported($"it has metadata that must be known and are not ({id}).");
            }

            if (isKnown && (offset < MetadataTableSize || length > MiB || (long)offset + length > regionLength || items.ContainsKey(id)))
            {
                throw file.Damaged("an item of its metadata lies outside of these, or comes twice.", region + EntrySize + (i * EntrySize));
            }

            items[id] = (region + offset, (int)length);
        }

        return items;
    }

    private static byte[] ReadItem(ImageFile file, Dictionary<Guid, (long Offset, int Length)> items, Guid id, int length, string what) =>
        items.TryGetValue(id, out (long Offset, int Length) item) && item.Length >= length
            ? file.Read(item.Offset, length, "An item of the metadata")
            : throw file.Damaged($"its metadata do not tell {what}.");

    private static Guid ReadGuid(ReadOnlySpan<byte> bytes) => new(bytes.Slice(0, 16).ToArray());
}
