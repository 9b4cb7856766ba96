using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.Partitions;

/// <summary>File systems of Linux, macOS and optical media.</summary>
internal static class UnixSignatures
{
    private const int ExtSuperblock = 1024;
    private const int BtrfsSuperblock = 0x10000;
    private const int IsoDescriptors = 0x8000;
    private const int IsoSector = 2048;

    // Big-endian: 0 "XFSB"   32 UUID   108 label [12]
    public static FileSystemFacts? Xfs(DiskReader partition, byte[] head) =>
        head.AsSpan().StartsWith("XFSB"u8)
            ? new FileSystemFacts("xfs", FieldText.Utf8(head.AsSpan(108, 12)), FieldText.Uuid(head.AsSpan(32)))
            : null;

    // Little-endian, from 1024: 56 magic EF53   92 compatible   96 incompatible   100 read-only compatible features u32
    //                           104 UUID   120 label [16]
    public static FileSystemFacts? Ext(DiskReader partition, byte[] head)
    {
        const uint HasJournal = 0x4;
        const uint IsJournalDevice = 0x8;
        const uint FileType = 0x2;
        const uint Recover = 0x4;
        const uint MetaBlockGroups = 0x10;
        const uint OldReadOnly = 0x7;

        ReadOnlySpan<byte> block = head.AsSpan(ExtSuperblock, 1024);
        if (BinaryPrimitives.ReadUInt16LittleEndian(block.Slice(56)) != 0xEF53)
        {
            return null;
        }

        uint compatible = BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(92));
        uint incompatible = BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(96));
        uint readOnly = BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(100));

        // The generations are told by features: ext3 is ext2 with a journal, ext4 is whatever neither would mount.
        bool hasJournal = (compatible & HasJournal) != 0;
        bool isOld = (readOnly & ~OldReadOnly) == 0
            && (incompatible & ~(FileType | MetaBlockGroups | (hasJournal ? Recover : 0))) == 0;
        string name = (incompatible & IsJournalDevice) != 0 ? "ext journal"
            : !isOld ? "ext4"
            : hasJournal ? "ext3" : "ext2";
        return new FileSystemFacts(name, FieldText.Utf8(block.Slice(120, 16)), FieldText.Uuid(block.Slice(104)));
    }

    // From 64 KiB: 32 UUID   64 "_BHRfS_M"   299 label [256]
    public static FileSystemFacts? Btrfs(DiskReader partition, byte[] head)
    {
        ReadOnlySpan<byte> block = head.AsSpan(BtrfsSuperblock);
        return block.Slice(64).StartsWith("_BHRfS_M"u8)
            ? new FileSystemFacts("btrfs", FieldText.Utf8(block.Slice(299, 256)), FieldText.Uuid(block.Slice(32)))
            : null;
    }

    // From 32 KiB: 0 type (1 primary)   1 "CD001"   40 label [32]
    public static FileSystemFacts? Iso9660(DiskReader partition, byte[] head)
    {
        ReadOnlySpan<byte> descriptor = head.AsSpan(IsoDescriptors, IsoSector);
        if (descriptor[0] != 1 || !descriptor.Slice(1).StartsWith("CD001"u8))
        {
            return null;
        }

        return new FileSystemFacts("ISO9660", FieldText.Utf8(descriptor.Slice(40, 32)), IsoIdentity.Of(descriptor));
    }

    // From 32 KiB, one in each sector of 2048 bytes: 1 "BEA01", then "NSR02" or "NSR03"
    public static FileSystemFacts? Udf(DiskReader partition, byte[] head)
    {
        for (int at = IsoDescriptors; at < head.Length - IsoSector; at += IsoSector)
        {
            ReadOnlySpan<byte> name = head.AsSpan(at + 1, 5);
            if (name.StartsWith("NSR0"u8))
            {
                return new FileSystemFacts("UDF");
            }

            if (!name.SequenceEqual("BEA01"u8))
            {
                break;
            }
        }

        return null;
    }

    // 0 "hsqs" (or "sqsh" in the other byte order)
    public static FileSystemFacts? Squashfs(DiskReader partition, byte[] head) =>
        head.AsSpan().StartsWith("hsqs"u8) || head.AsSpan().StartsWith("sqsh"u8) ? new FileSystemFacts("squashfs") : null;

    // From 1024: 0 "H+" or "HX"   2 version u16 (4 or 5)
    public static FileSystemFacts? HfsPlus(DiskReader partition, byte[] head)
    {
        ReadOnlySpan<byte> header = head.AsSpan(1024);
        ushort version = BinaryPrimitives.ReadUInt16BigEndian(header.Slice(2));
        return (header.StartsWith("H+"u8) || header.StartsWith("HX"u8)) && version is 4 or 5 ? new FileSystemFacts("HFS+") : null;
    }

    // 32 "NXSB"   36 block size u32   72 UUID
    public static FileSystemFacts? Apfs(DiskReader partition, byte[] head) =>
        head.AsSpan(32).StartsWith("NXSB"u8) ? new FileSystemFacts("APFS", null, FieldText.Uuid(head.AsSpan(72))) : null;
}
