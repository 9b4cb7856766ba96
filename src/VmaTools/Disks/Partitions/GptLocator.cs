using System.Collections.Generic;

namespace VmaTools.Disks.Partitions;

/// <summary>Finds both copies of a GPT and chooses the one to believe.</summary>
internal static class GptLocator
{
    private static readonly int[] SectorSizes = [512, 4096];

    /// <summary>The copy to use, or null where the disk has none.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="warnings">Receives what is odd about the two copies.</param>
    /// <param name="usedBackup">True when the copy at the end was taken.</param>
    public static GptReader? Find(DiskReader disk, List<PartitionWarning> warnings, out bool usedBackup)
    {
        GptReader? primary = Best(disk, sectorSize => sectorSize);
        GptReader? backup = Best(disk, sectorSize => LastSector(disk, sectorSize));
        bool isAtEnd = backup is not null;
        if (backup is null && primary is not null && primary.OtherCopy < (ulong)(disk.Length / primary.SectorSize))
        {
            backup = GptReader.Open(disk, (long)primary.OtherCopy * primary.SectorSize, primary.SectorSize);
        }

        usedBackup = primary is not { IsIntact: true } && backup is { IsIntact: true };
        GptReader? chosen = usedBackup ? backup : primary ?? backup;
        if (chosen is null)
        {
            return null;
        }

        if (usedBackup)
        {
            warnings.Add(new PartitionWarning(
                PartitionWarningCode.GptPrimaryDamaged, "The GPT at the start of the disk is damaged; its copy at the end was used."));
        }
        else if (!chosen.IsIntact)
        {
            warnings.Add(new PartitionWarning(
                PartitionWarningCode.GptDamaged, "No copy of the GPT is intact; what was read may be wrong."));
        }
        else if (backup is not { IsIntact: true })
        {
            warnings.Add(new PartitionWarning(
                PartitionWarningCode.GptBackupDamaged, "The copy of the GPT at the end of the disk is damaged or missing."));
        }
        else if (backup.EntriesChecksum != chosen.EntriesChecksum || backup.DiskGuid != chosen.DiskGuid)
        {
            warnings.Add(new PartitionWarning(
                PartitionWarningCode.GptCopiesDiffer, "The two copies of the GPT differ; the one at the start was used."));
        }

        if (backup is { IsIntact: true } && !isAtEnd)
        {
            warnings.Add(new PartitionWarning(
                PartitionWarningCode.GptBackupNotAtEnd, "The copy of the GPT is not in the last sector of the disk."));
        }

        if (chosen.HasTooManyEntries)
        {
            warnings.Add(new PartitionWarning(
                PartitionWarningCode.GptTooManyEntries, "The GPT claims more entries than are read; those beyond were left out."));
        }

        return chosen;
    }

    private static GptReader? Best(DiskReader disk, System.Func<int, long> offsetOf)
    {
        GptReader? found = null;
        foreach (int sectorSize in SectorSizes)
        {
            GptReader? candidate = GptReader.Open(disk, offsetOf(sectorSize), sectorSize);
            if (candidate is { IsIntact: true })
            {
                return candidate;
            }

            found ??= candidate;
        }

        return found;
    }

    private static long LastSector(DiskReader disk, int sectorSize) => ((disk.Length / sectorSize) - 1) * sectorSize;
}
