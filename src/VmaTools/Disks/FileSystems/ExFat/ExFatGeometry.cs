using System;
using System.Buffers.Binary;
using VmaTools.Disks.FileSystems.Fat;
using VmaTools.Disks.Partitions;

namespace VmaTools.Disks.FileSystems.ExFat;

/// <summary>What the boot region of exFAT says: where its parts lie.</summary>
/// <remarks>
/// <code>
/// first sector, little-endian:
///   3 "EXFAT   "   72 sectors u64   80 first sector of the FAT u32   84 sectors a FAT u32   88 first sector of the clusters u32
///  92 clusters u32   96 root cluster u32   100 serial u32   104 version u16   106 flags u16 (1 second FAT, 2 in use)
/// 108 log2 of bytes a sector u8   109 log2 of sectors a cluster u8   110 FATs u8
/// sector 11: the checksum of the eleven before, over and over; sectors 12 to 23 are a copy of all that
/// </code>
/// </remarks>
internal sealed record ExFatGeometry
{
    private const int RegionSectors = 12;
    private const ushort SecondFat = 1;
    private const ushort InUse = 2;

    public FatTableLayout Table { get; private init; } = new(0, 0, 1, null, 32, 0);

    /// <summary>Bytes in a cluster.</summary>
    public int ClusterSize { get; private init; }

    /// <summary>First byte of the first cluster.</summary>
    public long DataOffset { get; private init; }

    public uint RootCluster { get; private init; }

    /// <summary>Bytes of the whole file system.</summary>
    public long Size { get; private init; }

    /// <summary>The serial number as <c>blkid</c> writes it, or null.</summary>
    public string? Serial { get; private init; }

    /// <summary>The version, such as 0x0100.</summary>
    public int Version { get; private init; }

    /// <summary>True where the volume was in use.</summary>
    public bool IsMarkedInUse { get; private init; }

    /// <summary>True where the checksum of the boot region matches.</summary>
    public bool IsChecksumRight { get; private init; }

    /// <summary>The boot region at the start, or null where there is none that can be read.</summary>
    public static ExFatGeometry? Find(DiskBytes volume) => Read(volume, 0, null);

    /// <summary>The copy of the boot region, or null where there is none whose checksum matches.</summary>
    public static ExFatGeometry? FindBackup(DiskBytes volume)
    {
        for (int shift = 9; shift <= 12; shift++)
        {
            if (Read(volume, (long)RegionSectors << shift, shift) is { IsChecksumRight: true } geometry)
            {
                return geometry;
            }
        }

        return null;
    }

    /// <summary>First byte of a cluster.</summary>
    public long OffsetOf(uint cluster) => DataOffset + ((long)(cluster - FatTable.FirstCluster) * ClusterSize);

    /// <summary>The checksum that exFAT has of regions and tables.</summary>
    public static uint Checksum(uint sum, byte value) => ((sum << 31) | (sum >> 1)) + value;

    private static ExFatGeometry? Read(DiskBytes volume, long offset, int? sectorShift)
    {
        try
        {
            if (volume.Length < offset + 512)
            {
                return null;
            }

            byte[] sector = volume.Read(offset, 512);
            int shift = sector[108];
            return sector.AsSpan(3).StartsWith("EXFAT   "u8) && shift is >= 9 and <= 12 && (sectorShift is null || shift == sectorShift)
                ? Parse(sector, HasChecksum(volume, offset, 1 << shift))
                : null;
        }
        catch (VmaException)
        {
            return null;
        }
    }

    private static ExFatGeometry? Parse(ReadOnlySpan<byte> sector, bool isChecksumRight)
    {
        int shift = sector[108];
        int clusterShift = sector[109];
        ulong sectors = BinaryPrimitives.ReadUInt64LittleEndian(sector.Slice(72));
        long fatSectors = BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(84));
        long heap = BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(88));
        uint clusters = BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(92));
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(106));
        int fats = sector[110];
        if (clusterShift > 25 - shift || sectors > long.MaxValue >> 13 || fats is not (1 or 2) || fatSectors == 0 || heap == 0 || clusters == 0)
        {
            return null;
        }

        long described = (fatSectors << shift >> 2) - FatTable.FirstCluster;
        return new ExFatGeometry
        {
            Table = new FatTableLayout(
                (long)BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(80)) << shift,
                fatSectors << shift,
                fats,
                fats == 2 ? flags & SecondFat : null,
                32,
                (uint)Math.Min(clusters, Math.Max(described, 0))),
            ClusterSize = 1 << (shift + clusterShift),
            DataOffset = heap << shift,
            RootCluster = BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(96)),
            Size = (long)sectors << shift,
            Serial = FieldText.Serial(BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(100))),
            Version = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(104)),
            IsMarkedInUse = (flags & InUse) != 0,
            IsChecksumRight = isChecksumRight,
        };
    }

    private static bool HasChecksum(DiskBytes volume, long offset, int sectorSize)
    {
        int size = RegionSectors * sectorSize;
        if (size > volume.Length - offset)
        {
            return false;
        }

        byte[] region = volume.Read(offset, size);
        uint sum = 0;
        for (int i = 0; i < size - sectorSize; i++)
        {
            // What changes while the volume is in use does not count.
            sum = i is 106 or 107 or 112 ? sum : Checksum(sum, region[i]);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(region.AsSpan(size - sectorSize)) == sum;
    }
}
