using System;
using System.Collections.Generic;
using System.Globalization;

namespace VmaTools.Disks.Partitions;

/// <summary>What the type identifiers of partition tables mean.</summary>
internal static class PartitionTypes
{
    public const string FreeBsd = "0xA5";
    public const string OpenBsd = "0xA6";
    public const string NetBsd = "0xA9";
    public const string FreeBsdGpt = "516E7CB4-6ECF-11D6-8FF8-00022D09712B";

    private static readonly Dictionary<Guid, string> Gpt = new()
    {
        [new Guid("C12A7328-F81F-11D2-BA4B-00A0C93EC93B")] = "EFI System",
        [new Guid("21686148-6449-6E6F-744E-656564454649")] = "BIOS boot",
        [new Guid("024DEE41-33E7-11D3-9D69-0008C781F39F")] = "MBR partition scheme",
        [new Guid("0FC63DAF-8483-4772-8E79-3D69D8477DE4")] = "Linux filesystem",
        [new Guid("4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709")] = "Linux root (x86-64)",
        [new Guid("44479540-F297-41B2-9AF7-D131D5F0458A")] = "Linux root (x86)",
        [new Guid("B921B045-1DF0-41C3-AF44-4C6F280D3FAE")] = "Linux root (ARM-64)",
        [new Guid("8484680C-9521-48C6-9C11-B0720656F69E")] = "Linux /usr (x86-64)",
        [new Guid("0657FD6D-A4AB-43C4-84E5-0933C84B4F4F")] = "Linux swap",
        [new Guid("933AC7E1-2EB4-4F13-B844-0E14E2AEF915")] = "Linux home",
        [new Guid("3B8F8425-20E0-4F3B-907F-1A25A76F98E8")] = "Linux server data",
        [new Guid("4D21B016-B534-45C2-A9FB-5C16E091FD2D")] = "Linux variable data",
        [new Guid("BC13C2FF-59E6-4262-A352-B275FD6F7172")] = "Linux extended boot",
        [new Guid("E6D6D379-F507-44C2-A23C-238F2A3DF928")] = "Linux LVM",
        [new Guid("A19D880F-05FC-4D3B-A006-743F0F84911E")] = "Linux RAID",
        [new Guid("CA7D7CCB-63ED-4C53-861C-1742536059CC")] = "Linux LUKS",
        [new Guid("8DA63339-0007-60C0-C436-083AC8230908")] = "Linux reserved",
        [new Guid("E3C9E316-0B5C-4DB8-817D-F92DF00215AE")] = "Microsoft reserved",
        [new Guid("EBD0A0A2-B9E5-4433-87C0-68B6B72699C7")] = "Microsoft basic data",
        [new Guid("DE94BBA4-06D1-4D40-A16A-BFD50179D6AC")] = "Windows recovery environment",
        [new Guid("5808C8AA-7E8F-42E0-85D2-E1E90434CFB3")] = "Windows LDM metadata",
        [new Guid("AF9B60A0-1431-4F62-BC68-3311714A69AD")] = "Windows LDM data",
        [new Guid("E75CAF8F-F680-4CEE-AFA3-B001E56EFC2D")] = "Windows Storage Spaces",
        [new Guid("48465300-0000-11AA-AA11-00306543ECAC")] = "Apple HFS/HFS+",
        [new Guid("7C3457EF-0000-11AA-AA11-00306543ECAC")] = "Apple APFS",
        [new Guid("426F6F74-0000-11AA-AA11-00306543ECAC")] = "Apple boot",
        [new Guid("53746F72-6167-11AA-AA11-00306543ECAC")] = "Apple Core Storage",
        [new Guid("83BD6B9D-7F41-11DC-BE0B-001560B84F0F")] = "FreeBSD boot",
        [new Guid("516E7CB4-6ECF-11D6-8FF8-00022D09712B")] = "FreeBSD data",
        [new Guid("516E7CB5-6ECF-11D6-8FF8-00022D09712B")] = "FreeBSD swap",
        [new Guid("516E7CB6-6ECF-11D6-8FF8-00022D09712B")] = "FreeBSD UFS",
        [new Guid("516E7CBA-6ECF-11D6-8FF8-00022D09712B")] = "FreeBSD ZFS",
        [new Guid("6A898CC3-1DD2-11B2-99A6-080020736631")] = "Solaris /usr and Apple ZFS",
        [new Guid("6A945A3B-1DD2-11B2-99A6-080020736631")] = "Solaris reserved",
        [new Guid("824CC7A0-36A8-11E3-890A-952519AD3F61")] = "OpenBSD data",
        [new Guid("AA31E02A-400F-11DB-9590-000C2911D1B8")] = "VMware VMFS",
        [new Guid("9D275380-40AD-11DB-BF97-000C2911D1B8")] = "VMware diagnostic",
        [new Guid("9198EFFC-31C0-11DB-8F78-000C2911D1B8")] = "VMware reserved",
    };

    private static readonly Dictionary<byte, string> Mbr = new()
    {
        [0x01] = "FAT12",
        [0x04] = "FAT16 under 32 MiB",
        [0x05] = "Extended",
        [0x06] = "FAT16",
        [0x07] = "HPFS/NTFS/exFAT",
        [0x0B] = "W95 FAT32",
        [0x0C] = "W95 FAT32 (LBA)",
        [0x0E] = "W95 FAT16 (LBA)",
        [0x0F] = "W95 Extended (LBA)",
        [0x11] = "Hidden FAT12",
        [0x16] = "Hidden FAT16",
        [0x17] = "Hidden HPFS/NTFS",
        [0x1B] = "Hidden W95 FAT32",
        [0x1C] = "Hidden W95 FAT32 (LBA)",
        [0x1E] = "Hidden W95 FAT16 (LBA)",
        [0x27] = "Hidden NTFS, Windows recovery",
        [0x42] = "Windows dynamic disk",
        [0x63] = "GNU HURD or SysV",
        [0x80] = "Old Minix",
        [0x81] = "Minix or old Linux",
        [0x82] = "Linux swap",
        [0x83] = "Linux",
        [0x84] = "Hibernation",
        [0x85] = "Linux extended",
        [0x88] = "Linux plaintext",
        [0x8E] = "Linux LVM",
        [0xA5] = "FreeBSD",
        [0xA6] = "OpenBSD",
        [0xA8] = "Darwin UFS",
        [0xA9] = "NetBSD",
        [0xAB] = "Darwin boot",
        [0xAF] = "HFS/HFS+",
        [0xBE] = "Solaris boot",
        [0xBF] = "Solaris",
        [0xDA] = "Non-FS data",
        [0xEA] = "Linux extended boot",
        [0xEE] = "GPT",
        [0xEF] = "EFI (FAT12/16/32)",
        [0xFB] = "VMware VMFS",
        [0xFC] = "VMware VMKCORE",
        [0xFD] = "Linux RAID autodetect",
    };

    public static string NameOf(Guid type) => Gpt.TryGetValue(type, out string? name) ? name : "Unknown";

    public static string NameOf(byte type) => Mbr.TryGetValue(type, out string? name) ? name : "Unknown";

    public static string IdOf(Guid type) => type.ToString("D", CultureInfo.InvariantCulture).ToUpperInvariant();

    public static string IdOf(byte type) => "0x" + type.ToString("X2", CultureInfo.InvariantCulture);
}
