using System;

namespace VmaTools.Disks.Partitions;

/// <summary>
/// Recognises what a partition holds. Containers come first: a member of a RAID 1 also shows the file system inside, and
/// a volume encrypted or taken over by LVM may keep the boot sector of what it replaced.
/// </summary>
/// <remarks>Reads some 80 KiB, and at most about 400 KiB where a label has to be looked up.</remarks>
internal static class FileSystemProbe
{
    // Reaches past the last fixed place of a signature: swap with 64 KiB pages, and the superblock of btrfs at 64 KiB.
    public const int HeadSize = 68 * 1024;

    private static readonly Func<DiskReader, byte[], FileSystemFacts?>[] Probes =
    [
        RaidSignatures.Mdraid,
        ContainerSignatures.Lvm,
        ContainerSignatures.Luks,
        ContainerSignatures.BitLocker,
        WindowsSignatures.Fat,
        ContainerSignatures.Swap,
        UnixSignatures.Xfs,
        UnixSignatures.Ext,
        UnixSignatures.Iso9660,
        UnixSignatures.Udf,

        // What lies within the first label of ZFS came after it; a boot sector in front of it was there before, but for exFAT's, which
        // are told by their last sectors.
        UnixSignatures.Btrfs,
        WindowsSignatures.ExFatWithCopy,
        ZfsSignature.First,
        UnixSignatures.HfsPlus,
        WindowsSignatures.Ntfs,
        WindowsSignatures.Refs,
        UnixSignatures.Squashfs,
        WindowsSignatures.ExFat,
        UnixSignatures.Apfs,
        UfsSignature.Ufs,
        ZfsSignature.Second,
    ];

    /// <summary>What a partition (or a whole disk) holds, or null where no signature is known.</summary>
    public static FileSystemFacts? Probe(DiskReader partition)
    {
        if (partition.Length == 0)
        {
            return null;
        }

        byte[] head = partition.Read(0, HeadSize);
        foreach (Func<DiskReader, byte[], FileSystemFacts?> probe in Probes)
        {
            if (probe(partition, head) is FileSystemFacts facts)
            {
                return facts;
            }
        }

        return null;
    }
}
