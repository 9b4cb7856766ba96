using System.Collections.Generic;

namespace VmaTools.Disks.Volumes;

/// <summary>What volumes hold, in the words of <c>blkid</c>, and which of it is no file system.</summary>
internal static class VolumeKinds
{
    public const string LvmMember = "LVM2_member";
    public const string RaidMember = "linux_raid_member";
    public const string Btrfs = "btrfs";
    public const string Luks = "crypto_LUKS";
    public const string BitLocker = "BitLocker";

    private static readonly Dictionary<string, string> Names = new()
    {
        ["LVM2 PV"] = LvmMember,
        ["mdraid 0.90"] = RaidMember,
        ["mdraid 1.0"] = RaidMember,
        ["mdraid 1.1"] = RaidMember,
        ["mdraid 1.2"] = RaidMember,
        ["LUKS1"] = Luks,
        ["LUKS2"] = Luks,
        ["FAT12"] = "vfat",
        ["FAT16"] = "vfat",
        ["FAT32"] = "vfat",
        ["NTFS"] = "ntfs",
        ["exFAT"] = "exfat",
        ["ext journal"] = "jbd",
        ["ISO9660"] = "iso9660",
        ["UDF"] = "udf",
        ["ZFS"] = "zfs_member",
        ["HFS+"] = "hfsplus",
        ["APFS"] = "apfs",
        ["UFS1"] = "ufs",
        ["UFS2"] = "ufs",
    };

    // Types of partitions whose content cannot be told from a signature alone: GUIDs, and a byte of MBRs.
    private static readonly Dictionary<string, string> ByPartitionType = new()
    {
        ["0x42"] = "LDM",
        ["5808C8AA-7E8F-42E0-85D2-E1E90434CFB3"] = "LDM",
        ["AF9B60A0-1431-4F62-BC68-3311714A69AD"] = "LDM",
        ["E75CAF8F-F680-4CEE-AFA3-B001E56EFC2D"] = "StorageSpaces",
    };

    private static readonly Dictionary<string, string> NoFileSystems = new()
    {
        [LvmMember] = "is a physical volume of LVM",
        [RaidMember] = "is a member of a Linux software RAID",
        ["swap"] = "is swap space",
        ["jbd"] = "is the journal of an ext file system on another volume",
        ["ReFS"] = "holds ReFS, which is not read here",
        ["udf"] = "holds UDF, which is not read here",
        ["zfs_member"] = "is part of a ZFS pool, which is not read here",
        [Luks] = "is encrypted with LUKS within another encryption, which is not read here",
        [BitLocker] = "is encrypted with BitLocker within another encryption, which is not read here",
        ["LDM"] = "belongs to a dynamic disk of Windows, which is not read here",
        ["StorageSpaces"] = "belongs to Storage Spaces of Windows, which are not read here",
        ["bcache"] = "is a device of bcache, which is not read here",
        ["drbd"] = "is a device of DRBD, which is not read here",
        ["VDO"] = "is a device of VDO, which is not read here",
    };

    /// <summary>The name as <c>blkid</c> has it of what a probe found.</summary>
    public static string? NameOf(string? probed) =>
        probed is null ? null : Names.TryGetValue(probed, out string? name) ? name : probed;

    /// <summary>What a partition of that type holds whatever a signature says, or null.</summary>
    public static string? OfPartitionType(string? typeId) =>
        typeId is not null && ByPartitionType.TryGetValue(typeId, out string? kind) ? kind : null;

    /// <summary>The error of opening such content as a file system, or null where that may be tried.</summary>
    public static VmaFileSystemException? Refusal(string? kind, string id)
    {
        return kind is not null && NoFileSystems.TryGetValue(kind, out string? text)
            ? new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"The volume {id} {text}.", volume: id)
            : null;
    }
}
