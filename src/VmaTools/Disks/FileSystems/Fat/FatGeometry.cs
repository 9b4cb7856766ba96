using System;
using System.Buffers.Binary;
using VmaTools.Disks.Partitions;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>What the boot sector of a FAT file system says: where its parts lie.</summary>
/// <remarks>
/// <code>
/// little-endian:
///   0 jump   11 bytes a sector u16   13 sectors a cluster u8   14 reserved sectors u16   16 FATs u8   17 root entries u16
///  19 sectors u16   21 media u8   22 sectors a FAT u16   32 sectors u32
///  FAT12/16: 37 state u8   38 signature (28, 29)   39 serial u32   54 "FAT1…"
///  FAT32: 36 sectors a FAT u32   40 flags u16 (bit 7: only the FAT in bits 0 to 3 is kept up to date)   42 version u16
///         44 root cluster u32   48 sector of the counts u16   50 sector of the copy u16   65 state u8   67 serial u32   82 "FAT32   "
/// </code>
/// </remarks>
internal sealed record FatGeometry
{
    private const int Size512 = 512;
    private const int EntrySize = 32;
    private const long MaxFat12Clusters = 0xFF4;

    /// <summary>The file allocation table.</summary>
    public FatTableLayout Table { get; private init; } = new(0, 0, 0, null, 12, 0);

    /// <summary>12, 16 or 32.</summary>
    public int Bits => Table.Bits == 28 ? 32 : Table.Bits;

    public int SectorSize { get; private init; }

    /// <summary>Bytes in a cluster.</summary>
    public int ClusterSize { get; private init; }

    /// <summary>First byte of the root directory of FAT12 and FAT16.</summary>
    public long RootOffset { get; private init; }

    /// <summary>Bytes of that root directory; 0 on FAT32.</summary>
    public int RootLength { get; private init; }

    /// <summary>First cluster of the root directory of FAT32; else 0.</summary>
    public uint RootCluster { get; private init; }

    /// <summary>First byte of the first cluster.</summary>
    public long DataOffset { get; private init; }

    /// <summary>Bytes of the whole file system.</summary>
    public long Size { get; private init; }

    /// <summary>First byte of the sector with the counts of FAT32, or null.</summary>
    public long? CountsOffset { get; private init; }

    /// <summary>The media descriptor, which the first entry of a FAT repeats.</summary>
    public byte Media { get; private init; }

    /// <summary>The serial number as <c>blkid</c> writes it, or null.</summary>
    public string? Serial { get; private init; }

    /// <summary>True where the boot sector says that the volume was in use.</summary>
    public bool IsMarkedInUse { get; private init; }

    /// <summary>The version of FAT32's structures; only 0 is known.</summary>
    public int Version { get; private init; }

    /// <summary>What the boot sector at an offset says, or null where there is none of FAT, or none that can be read.</summary>
    public static FatGeometry? Read(DiskBytes volume, long offset)
    {
        try
        {
            return offset + Size512 <= volume.Length ? Parse(volume.Read(offset, Size512)) : null;
        }
        catch (VmaException)
        {
            return null;
        }
    }

    /// <summary>What a boot sector says, or null where it is none of FAT.</summary>
    private static FatGeometry? Parse(ReadOnlySpan<byte> sector)
    {
        int sectorSize = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(11));
        int clusterSectors = sector[13];
        int reserved = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(14));
        int fats = sector[16];
        byte media = sector[21];
        bool hasMark = sector.Slice(54).StartsWith("FAT"u8) || sector.Slice(54).StartsWith("MSDOS"u8)
            || sector.Slice(82).StartsWith("FAT32   "u8) || sector.Slice(82).StartsWith("MSWIN"u8);
        bool hasJump = sector[0] is 0xEB or 0xE9 && sector[510] == 0x55 && sector[511] == 0xAA;
        if (!(hasMark || hasJump) || sectorSize is not (512 or 1024 or 2048 or 4096) || !IsPowerOfTwo(clusterSectors)
            || reserved == 0 || fats == 0 || !(media == 0xF0 || media >= 0xF8))
        {
            return null;
        }

        int rootEntries = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(17));
        long sectors = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(19));
        sectors = sectors == 0 ? BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(32)) : sectors;
        long fatSectors = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(22));
        bool is32 = fatSectors == 0;
        fatSectors = is32 ? BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(36)) : fatSectors;
        int rootSectors = ((rootEntries * EntrySize) + sectorSize - 1) / sectorSize;
        long dataSector = reserved + (fatSectors * fats) + rootSectors;
        long clusters = (sectors - dataSector) / clusterSectors;
        if (fatSectors == 0 || clusters <= 0)
        {
            return null;
        }

        int bits = is32 ? 32 : clusters > MaxFat12Clusters ? 16 : 12;
        long described = (fatSectors * sectorSize * 8 / bits) - FatTable.FirstCluster;
        int flags = is32 ? BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(40)) : 0;
        int counts = is32 ? BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(48)) : 0;
        int extension = is32 ? 66 : 38;
        bool hasSerial = is32 || sector[extension] is 0x28 or 0x29;
        return new FatGeometry
        {
            Table = new FatTableLayout(
                (long)reserved * sectorSize,
                fatSectors * sectorSize,
                fats,
                (flags & 0x80) != 0 && (flags & 0xF) < fats ? flags & 0xF : null,
                is32 ? 28 : bits,
                (uint)Math.Min(Math.Min(clusters, Math.Max(described, 0)), 0x0FFFFFF5)),
            SectorSize = sectorSize,
            ClusterSize = clusterSectors * sectorSize,
            RootOffset = (dataSector - rootSectors) * sectorSize,
            RootLength = is32 ? 0 : rootEntries * EntrySize,
            RootCluster = is32 ? BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(44)) : 0,
            DataOffset = dataSector * sectorSize,
            Size = sectors * sectorSize,
            CountsOffset = counts is not (0 or 0xFFFF) ? (long)counts * sectorSize : null,
            Media = media,
            Serial = hasSerial ? FieldText.Serial(BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(extension + 1))) : null,
            IsMarkedInUse = (sector[extension - 1] & 1) != 0,
            Version = is32 ? BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(42)) : 0,
        };
    }

    /// <summary>
    /// The copy of the boot sector that FAT32 keeps in sector 6, or null. It counts only where the FAT it speaks of begins as such.
    /// </summary>
    public static FatGeometry? FindBackup(DiskBytes volume)
    {
        const int BackupSector = 6;
        foreach (int sectorSize in new[] { Size512, 4096 })
        {
            if (Read(volume, (long)BackupSector * sectorSize) is { Bits: 32 } geometry
                && geometry.SectorSize == sectorSize && geometry.Size <= volume.Length && geometry.HasTable(volume))
            {
                return geometry;
            }
        }

        return null;
    }

    /// <summary>First byte of a cluster.</summary>
    public long OffsetOf(uint cluster) => DataOffset + ((long)(cluster - FatTable.FirstCluster) * ClusterSize);

    /// <summary>True where the table begins with what the media descriptor makes of its first entry.</summary>
    private bool HasTable(DiskBytes volume)
    {
        try
        {
            return BinaryPrimitives.ReadUInt32LittleEndian(volume.Read(Table.Offset, 4)) << 4 == (0x0FFFFF00u | Media) << 4;
        }
        catch (VmaException)
        {
            return false;
        }
    }

    private static bool IsPowerOfTwo(int value) => value > 0 && (value & (value - 1)) == 0;
}
