using System;
using System.Buffers.Binary;
using System.Globalization;

namespace VmaTools.Disks.Partitions;

/// <summary>File systems of DOS and Windows.</summary>
internal static class WindowsSignatures
{
    // A directory or a file record is looked through this far for a label; it is the first entry nearly always.
    private const int MaxDirectory = 64 * 1024;

    // Boot sector, little-endian:
    //   11 bytes a sector u16   13 sectors a cluster u8   14 reserved sectors u16   16 FATs u8   17 root entries u16
    //   19 sectors u16   21 media u8   22 sectors a FAT u16   32 sectors u32
    //   FAT12/16: 38 extended signature (28, 29)   39 serial u32   43 label [11]   54 "FAT16   "
    //   FAT32: 36 sectors a FAT u32   44 root cluster u32   66 extended signature   67 serial u32   71 label [11]   82 "FAT32   "
    public static FileSystemFacts? Fat(DiskReader partition, byte[] head)
    {
        ReadOnlySpan<byte> sector = head.AsSpan(0, 512);
        int sectorSize = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(11));
        int clusterSectors = sector[13];
        int reserved = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(14));
        int fats = sector[16];
        int rootEntries = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(17));
        byte media = sector[21];
        bool hasMark = sector.Slice(54).StartsWith("FAT"u8) || sector.Slice(54).StartsWith("MSDOS"u8)
            || sector.Slice(82).StartsWith("FAT32   "u8) || sector.Slice(82).StartsWith("MSWIN"u8);
        bool hasJump = sector[0] is 0xEB or 0xE9 && sector[510] == 0x55 && sector[511] == 0xAA;
        bool isSane = (hasMark || hasJump)
            && IsPowerOfTwo(sectorSize) && sectorSize is >= 512 and <= 4096
            && IsPowerOfTwo(clusterSectors) && reserved > 0 && fats > 0 && (media == 0xF0 || media >= 0xF8);
        if (!isSane)
        {
            return null;
        }

        long sectors = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(19));
        sectors = sectors == 0 ? BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(32)) : sectors;
        uint fatSectors = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(22));
        bool isFat32 = fatSectors == 0;
        fatSectors = isFat32 ? BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(36)) : fatSectors;
        long rootSectors = ((rootEntries * 32L) + sectorSize - 1) / sectorSize;
        long rootStart = reserved + ((long)fatSectors * fats);
        long clusters = (sectors - rootStart - rootSectors) / clusterSectors;
        if (fatSectors == 0 || clusters <= 0 || clusters > 0x0FFFFFF6)
        {
            return null;
        }

        long root = rootStart * sectorSize;
        int rootSize = rootEntries * 32;
        int extension = isFat32 ? 66 : 38;
        if (isFat32)
        {
            uint cluster = BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(44));
            root += (Math.Max(cluster, 2L) - 2) * clusterSectors * sectorSize;
            rootSize = clusterSectors * sectorSize;
        }

        string name = isFat32 ? "FAT32" : clusters < 0xFF5 ? "FAT12" : "FAT16";
        bool hasSerial = isFat32 || sector[extension] is 0x28 or 0x29;
        string? uuid = hasSerial ? FieldText.Serial(BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(extension + 1))) : null;
        return new FileSystemFacts(name, FatLabel(partition.Read(root, Math.Min(rootSize, MaxDirectory))), uuid) { HasBootSector = true };
    }

    // Boot sector: 3 "NTFS    "   11 bytes a sector u16   13 sectors a cluster u8   48 cluster of the MFT u64
    //              64 clusters a record s8 (negative: its power of two in bytes)   72 serial u64
    public static FileSystemFacts? Ntfs(DiskReader partition, byte[] head)
    {
        ReadOnlySpan<byte> sector = head.AsSpan(0, 512);
        if (!sector.Slice(3).StartsWith("NTFS    "u8))
        {
            return null;
        }

        int sectorSize = BinaryPrimitives.ReadUInt16LittleEndian(sector.Slice(11));
        int clusterSectors = sector[13] < 240 ? sector[13] : 1 << (256 - sector[13]);
        if (!IsPowerOfTwo(sectorSize) || sectorSize is < 256 or > 4096 || !IsPowerOfTwo(clusterSectors))
        {
            return null;
        }

        long clusterSize = (long)sectorSize * clusterSectors;
        ulong mft = BinaryPrimitives.ReadUInt64LittleEndian(sector.Slice(48));
        sbyte recordSetting = (sbyte)sector[64];
        long recordSize = recordSetting > 0 ? recordSetting * clusterSize : recordSetting > -31 ? 1L << -recordSetting : 0;
        string? label = null;
        if (recordSize is >= 512 and <= MaxDirectory && mft < (ulong)(partition.Length / clusterSize))
        {
            // Record 3 is $Volume.
            label = VolumeName(partition.Read(((long)mft * clusterSize) + (3 * recordSize), (int)recordSize));
        }

        string serial = BinaryPrimitives.ReadUInt64LittleEndian(sector.Slice(72)).ToString("X16", CultureInfo.InvariantCulture);
        return new FileSystemFacts("NTFS", label, serial) { HasBootSector = true };
    }

    public static FileSystemFacts? Refs(DiskReader partition, byte[] head) =>
        head.AsSpan().StartsWith("\0\0\0ReFS\0"u8) ? new FileSystemFacts("ReFS") { HasBootSector = true } : null;

    // Boot sector: 3 "EXFAT   "   88 first sector of the clusters u32   96 root cluster u32   100 serial u32
    //              108 log2 of bytes a sector u8   109 log2 of sectors a cluster u8
    public static FileSystemFacts? ExFat(DiskReader partition, byte[] head)
    {
        ReadOnlySpan<byte> sector = head.AsSpan(0, 512);
        int sectorShift = sector[108];
        int clusterShift = sector[109];
        if (!sector.Slice(3).StartsWith("EXFAT   "u8) || sectorShift is < 9 or > 12 || clusterShift > 25 - sectorShift)
        {
            return null;
        }

        long heap = BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(88));
        long cluster = Math.Max(BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(96)), 2L) - 2;
        long root = (heap + (cluster << clusterShift)) << sectorShift;
        byte[] directory = partition.Read(root, Math.Min(1 << (sectorShift + clusterShift), MaxDirectory));
        return new FileSystemFacts(
            "exFAT",
            ExFatLabel(directory),
            FieldText.Serial(BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(100)))) { HasBootSector = true };
    }

    /// <summary>The same where the copy of its boot sectors is there up to the last, which repeats the checksum of the others.</summary>
    public static FileSystemFacts? ExFatWithCopy(DiskReader partition, byte[] head)
    {
        const int RegionSectors = 12;
        if (ExFat(partition, head) is not FileSystemFacts facts)
        {
            return null;
        }

        int shift = head[108];
        byte[] last = partition.Read((RegionSectors - 1L) << shift, 512);
        byte[] copied = partition.Read(((2 * RegionSectors) - 1L) << shift, 512);
        return last.AsSpan().SequenceEqual(copied) ? facts : null;
    }

    // Directory entry: 0 name [11] (00 ends the directory, E5 is free)   11 attributes (08 volume label)   20, 26 cluster u16
    private static string? FatLabel(ReadOnlySpan<byte> directory)
    {
        for (; directory.Length >= 32 && directory[0] != 0; directory = directory.Slice(32))
        {
            bool isLongName = (directory[11] & 0x3F) == 0x0F;
            bool isLabel = (directory[11] & 0x18) == 0x08;
            bool hasCluster = (directory[20] | directory[21] | directory[26] | directory[27]) != 0;
            if (directory[0] != 0xE5 && !isLongName && isLabel && !hasCluster)
            {
                byte[] name = directory.Slice(0, 11).ToArray();
                name[0] = name[0] == 0x05 ? (byte)0xE5 : name[0];
                return FieldText.Utf8(name);
            }
        }

        return null;
    }

    // Directory entry: 0 type (00 ends the directory, 83 volume label)   1 characters u8   2 name UTF-16 [11]
    private static string? ExFatLabel(ReadOnlySpan<byte> directory)
    {
        for (; directory.Length >= 32 && directory[0] != 0; directory = directory.Slice(32))
        {
            if (directory[0] == 0x83)
            {
                return FieldText.Utf16(directory.Slice(2, Math.Min((int)directory[1], 11) * 2));
            }
        }

        return null;
    }

    // File record: 0 "FILE"   20 first attribute u16
    // Attribute:   0 type u32 (60 volume name, FFFFFFFF end)   4 size u32   16 value size u32   20 value offset u16
    private static string? VolumeName(ReadOnlySpan<byte> record)
    {
        if (!record.StartsWith("FILE"u8))
        {
            return null;
        }

        int at = BinaryPrimitives.ReadUInt16LittleEndian(record.Slice(20));
        while (at <= record.Length - 24)
        {
            ReadOnlySpan<byte> attribute = record.Slice(at);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(attribute);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(attribute.Slice(4));
            if (type == uint.MaxValue || size == 0 || size > (uint)attribute.Length)
            {
                return null;
            }

            if (type == 0x60)
            {
                uint valueSize = BinaryPrimitives.ReadUInt32LittleEndian(attribute.Slice(16));
                int value = BinaryPrimitives.ReadUInt16LittleEndian(attribute.Slice(20));
                return value <= attribute.Length && valueSize <= (uint)(attribute.Length - value)
                    ? FieldText.Utf16(attribute.Slice(value, (int)valueSize))
                    : null;
            }

            at += (int)size;
        }

        return null;
    }

    private static bool IsPowerOfTwo(int value) => value > 0 && (value & (value - 1)) == 0;
}
