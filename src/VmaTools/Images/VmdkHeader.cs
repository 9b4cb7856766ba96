using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using System.Text;

namespace VmaTools.Images;

/// <summary>
/// What both VMDK layouts have in common: the sparse header, the descriptor behind it, and the figures of grains and tables.
/// </summary>
/// <remarks>
/// Everything is little-endian, and positions are sectors of 512 bytes. The disk is cut into grains of 64 KiB; a grain table
/// has 512 entries of 4 bytes (the grain's sector in the file, 0 for zeros) and so covers 32 MiB; the grain directory has 4
/// bytes a table.
/// <code>
///  sector 0      header      512 bytes
///  sector 1-20   descriptor  text, padded with zeros
/// </code>
/// </remarks>
internal static class VmdkHeader
{
    public const int SectorSize = 512;
    public const int GrainSize = 64 << 10;
    public const int SectorsPerGrain = GrainSize / SectorSize;
    public const int GrainsPerTable = 512;
    public const int EntrySize = 4;
    public const int TableSize = GrainsPerTable * EntrySize;
    public const int DescriptorSector = 1;
    public const int DescriptorSectors = 20;
    public const int AfterDescriptor = DescriptorSector + DescriptorSectors;

    /// <summary>The first sector number that no longer fits a grain table's entry.</summary>
    public const long SectorLimit = 1L << 32;

    /// <summary>In place of the directory's position: look it up in the footer, the header's copy at the end of the file.</summary>
    public const long DirectoryInFooter = -1;

    /// <summary>The header holds the bytes by which a copy transferred as text is recognized.</summary>
    public const uint NewlineTest = 1;
    public const uint HasRedundantDirectory = 2;
    public const uint HasCompressedGrains = 1 << 16;
    public const uint HasMarkers = 1 << 17;

    public static long TableCount(long imageSize)
    {
        const long BytesPerTable = (long)GrainSize * GrainsPerTable;
        return (imageSize + BytesPerTable - 1) / BytesPerTable;
    }

    public static byte[] Make(
        uint version,
        uint flags,
        long imageSize,
        long redundantDirectory,
        long directory,
        long firstGrain,
        bool compressed)
    {
        byte[] header = new byte[SectorSize];
        Span<byte> fields = header;
        "KDMV"u8.CopyTo(fields);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(4), version);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(8), flags);
        BinaryPrimitives.WriteInt64LittleEndian(fields.Slice(12), imageSize / SectorSize);
        BinaryPrimitives.WriteInt64LittleEndian(fields.Slice(20), SectorsPerGrain);
        BinaryPrimitives.WriteInt64LittleEndian(fields.Slice(28), DescriptorSector);
        BinaryPrimitives.WriteInt64LittleEndian(fields.Slice(36), DescriptorSectors);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(44), GrainsPerTable);
        BinaryPrimitives.WriteInt64LittleEndian(fields.Slice(48), redundantDirectory);
        BinaryPrimitives.WriteInt64LittleEndian(fields.Slice(56), directory);
        BinaryPrimitives.WriteInt64LittleEndian(fields.Slice(64), firstGrain);
        "\n \r\n"u8.CopyTo(fields.Slice(73)); // what a transfer as text would change
        BinaryPrimitives.WriteUInt16LittleEndian(fields.Slice(77), compressed ? (ushort)1 : (ushort)0);
        return header;
    }

    /// <summary>The descriptor: which extents make up the disk, and the controller and geometry it is meant for.</summary>
    public static byte[] MakeDescriptor(string createType, long imageSize, ImageOptions options)
    {
        long sectors = imageSize / SectorSize;
        (long cylinders, int heads, int perTrack, string adapter) = Geometry(sectors, options.VmdkAdapter);

        // All values but all ones (no content) and all ones less one (a content that may change) name a content.
        uint contentId = BinaryPrimitives.ReadUInt32LittleEndian(options.NewGuid().ToByteArray()) & 0x7FFF_FFFF;
        string text = string.Format(
            CultureInfo.InvariantCulture,
            """
            # Disk DescriptorFile
            version=1
            encoding="UTF-8"
            CID={0:x8}
            parentCID=ffffffff
            createType="{1}"

            # Extent description
            RW {2} SPARSE "{3}"

            # The Disk Data Base
            #DDB

            ddb.adapterType = "{4}"
            ddb.geometry.cylinders = "{5}"
            ddb.geometry.heads = "{6}"
            ddb.geometry.sectors = "{7}"
            ddb.toolsVersion = "2147483647"
            ddb.virtualHWVersion = "4"

            """,
            contentId,
            createType,
            sectors,
            Quotable(options.FileName),
            adapter,
            cylinders,
            heads,
            perTrack).Replace("\r\n", "\n");
        byte[] encoded = Encoding.UTF8.GetBytes(text);
        if (encoded.Length > DescriptorSectors * SectorSize)
        {
            throw new PathTooLongException("The file name is too long for a VMDK's descriptor.");
        }

        byte[] descriptor = new byte[DescriptorSectors * SectorSize];
        encoded.CopyTo(descriptor, 0);
        return descriptor;
    }

    /// <summary>The geometries VMware's own tools give to disks of a size: IDE's, and those of its SCSI BIOS.</summary>
    private static (long Cylinders, int Heads, int PerTrack, string Adapter) Geometry(long sectors, VmdkAdapter adapter)
    {
        const long SectorsPerGiB = (1L << 30) / SectorSize;
        if (adapter == VmdkAdapter.Ide)
        {
            return (Math.Min(16383, Cylinders(16, 63)), 16, 63, "ide");
        }

        (int heads, int perTrack) = sectors switch
        {
            < SectorsPerGiB => (64, 32),
            < 2 * SectorsPerGiB => (128, 32),
            _ => (255, 63),
        };
        return (Cylinders(heads, perTrack), heads, perTrack, "lsilogic");

        long Cylinders(int heads, int perTrack) => Math.Max(1, sectors / ((long)heads * perTrack));
    }

    /// <summary>A name that cannot end its quotes or its line.</summary>
    private static string Quotable(string name)
    {
        StringBuilder result = new(name.Length);
        foreach (char c in name)
        {
            result.Append(c == '"' || char.IsControl(c) ? '_' : c);
        }

        return result.ToString();
    }
}
