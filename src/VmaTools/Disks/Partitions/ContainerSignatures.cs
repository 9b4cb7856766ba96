using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Disks.Partitions;

/// <summary>What holds something else than files: volume managers, encryption, swap.</summary>
internal static class ContainerSignatures
{
    private const int UuidTextSize = 40;

    // One of the first four sectors:   0 "LABELONE"   20 offset of the PV header u32   24 "LVM2 001"
    public static FileSystemFacts? Lvm(DiskReader partition, byte[] head)
    {
        for (int at = 0; at < 4 * 512; at += 512)
        {
            ReadOnlySpan<byte> sector = head.AsSpan(at, 512);
            uint header = BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(20));
            if (sector.StartsWith("LABELONE"u8) && sector.Slice(24).StartsWith("LVM2 001"u8) && header <= 512 - 32)
            {
                string id = GuestText.Utf8(sector.Slice((int)header, 32));
                return new FileSystemFacts("LVM2 PV", null, id.Length == 32 ? Grouped(id) : null);
            }
        }

        return null;
    }

    // Big-endian: 0 "LUKS" BA BE   6 version u16   version 2: 24 label [48]   168 UUID as text [40]
    // Version 2 has a second header behind the first, of 16 KiB by default: "SKUL" instead, 256 its own offset u64.
    public static FileSystemFacts? Luks(DiskReader partition, byte[] head)
    {
        if (head.AsSpan().StartsWith("LUKS"u8) && Luks(head) is FileSystemFacts first)
        {
            return first;
        }

        for (int at = 16 * 1024; at <= 64 * 1024; at *= 2)
        {
            ReadOnlySpan<byte> second = head.AsSpan(at);
            if (second.StartsWith("SKUL"u8) && BinaryPrimitives.ReadInt64BigEndian(second.Slice(256)) == at && Luks(second) is FileSystemFacts facts)
            {
                return facts;
            }
        }

        return null;
    }

    private static FileSystemFacts? Luks(ReadOnlySpan<byte> header)
    {
        if (header[4] != 0xBA || header[5] != 0xBE)
        {
            return null;
        }

        ushort version = BinaryPrimitives.ReadUInt16BigEndian(header.Slice(6));
        return version is 1 or 2
            ? new FileSystemFacts(
                version == 1 ? "LUKS1" : "LUKS2",
                version == 1 ? null : FieldText.Utf8(header.Slice(24, 48)),
                FieldText.Utf8(header.Slice(168, UuidTextSize)))
            : null;
    }

    // Boot sector: 3 "-FVE-FS-", or "MSWIN4.1" on removable disks   176 (424 + 16) offset of the metadata u64
    // Metadata:    0 "-FVE-FS-"   64 its header, at 16 in it the volume's GUID
    public static FileSystemFacts? BitLocker(DiskReader partition, byte[] head)
    {
        ReadOnlySpan<byte> sector = head;
        bool isRemovable = sector.Slice(3).StartsWith("MSWIN4.1"u8);
        if (!isRemovable && !sector.Slice(3).StartsWith("-FVE-FS-"u8))
        {
            return null;
        }

        long metadata = BinaryPrimitives.ReadInt64LittleEndian(sector.Slice(isRemovable ? 440 : 176));
        ReadOnlySpan<byte> block = metadata > 0 && metadata % 64 == 0 ? partition.Read(metadata, 112) : new byte[112];
        if (block.StartsWith("-FVE-FS-"u8))
        {
            string guid = FieldText.MixedGuid(block.Slice(80)).ToString("D", CultureInfo.InvariantCulture);
            return new FileSystemFacts("BitLocker", null, guid) { HasBootSector = true };
        }

        // A removable disk of Windows 98 is called MSWIN4.1 too; only the metadata tells.
        return isRemovable ? null : new FileSystemFacts("BitLocker") { HasBootSector = true };
    }

    // The magic ends the first page, whose size is the machine's; 1024: version u32   1028 last page u32   1036 UUID   1052 label [16]
    public static FileSystemFacts? Swap(DiskReader partition, byte[] head)
    {
        for (int page = 4096; page <= 65_536; page *= 2)
        {
            ReadOnlySpan<byte> magic = head.AsSpan(page - 10, 10);
            if (magic.SequenceEqual("SWAPSPACE2"u8))
            {
                return new FileSystemFacts("swap", FieldText.Utf8(head.AsSpan(1052, 16)), FieldText.Uuid(head.AsSpan(1036)));
            }

            if (magic.SequenceEqual("SWAP-SPACE"u8))
            {
                return new FileSystemFacts("swap");
            }
        }

        return null;
    }

    // 6-4-4-4-4-4-6, as LVM writes its identifiers
    private static string Grouped(string id)
    {
        StringBuilder text = new(id);
        for (int at = 26; at >= 6; at -= 4)
        {
            text.Insert(at, '-');
        }

        return text.ToString();
    }
}
