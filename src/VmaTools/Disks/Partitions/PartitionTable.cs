using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.Disks.Partitions;

namespace VmaTools;

/// <summary>How a disk is divided and what its partitions hold, read from few hundred KiB of it.</summary>
public sealed class PartitionTable
{
    // Each overlap is one warning; a hostile table of thousands of entries would make millions.
    private const int MaxOverlapWarnings = 100;

    private const int FirstLogical = 5;

    // Linux numbers no more on a disk. Thousands of entries may point at the same place, each to be read anew.
    private const int MaxProbed = 256;

    private PartitionTable(
        PartitionScheme scheme, string? diskId, int sectorSize, bool usedBackup, List<Partition> partitions, List<PartitionWarning> warnings)
    {
        Scheme = scheme;
        DiskId = diskId;
        SectorSize = sectorSize;
        UsedBackup = usedBackup;
        Partitions = partitions.AsReadOnly();
        Warnings = warnings.AsReadOnly();
    }

    /// <summary>How the disk is divided.</summary>
    public PartitionScheme Scheme { get; }

    /// <summary>The disk's GUID or MBR signature, or null.</summary>
    public string? DiskId { get; }

    /// <summary>Bytes in a sector as the table counts them.</summary>
    public int SectorSize { get; }

    /// <summary>True when the GPT's copy at the end of the disk was used because the one at the start is damaged.</summary>
    public bool UsedBackup { get; }

    /// <summary>The partitions in the table's order; one of index 0 for a disk that is not divided, unless it is empty.</summary>
    public IReadOnlyList<Partition> Partitions { get; }

    /// <summary>What is odd about the table.</summary>
    public IReadOnlyList<PartitionWarning> Warnings { get; }

    /// <summary>
    /// Reads a disk's partitions and recognises what they hold. No contents make it fail: what is odd is told in
    /// <see cref="Warnings"/>. Only errors of the stream itself come through.
    /// </summary>
    /// <param name="disk">The disk: readable and seekable. Its position is moved.</param>
    /// <param name="length">Size of the disk in bytes.</param>
    public static PartitionTable Read(Stream disk, long length)
    {
        if (disk is null)
        {
            throw new ArgumentNullException(nameof(disk));
        }

        DiskReader reader = length >= 0 ? new DiskReader(disk, length) : throw new ArgumentOutOfRangeException(nameof(length));
        List<PartitionWarning> warnings = [];
        FileSystemFacts? whole = FileSystemProbe.Probe(reader);
        MbrReader? mbr = MbrReader.Open(reader, warnings);
        if (mbr is not null && whole is { HasBootSector: true })
        {
            // Tools write a table into the boot sector of what was there before, and leave the rest of that sector as it is.
            if (mbr.IsProtective && GptLocator.Find(reader, [], out _) is { IsIntact: true })
            {
                warnings.Add(new PartitionWarning(
                    PartitionWarningCode.StaleBootSector, $"Sector 0 is also the boot sector of {whole.Name}, which the GPT replaced."));
            }
            else
            {
                if (mbr.IsPlausible)
                {
                    warnings.Add(new PartitionWarning(
                        PartitionWarningCode.MbrUnderFileSystem,
                        $"The boot sector of {whole.Name} also holds a table of partitions, which was left out."));
                }

                mbr = null;
            }
        }

        if (mbr is { HasPartitions: true, IsProtective: false })
        {
            if (GptReader.Open(reader, 512, 512) is { IsIntact: true } || GptReader.Open(reader, 4096, 4096) is { IsIntact: true })
            {
                warnings.Add(new PartitionWarning(PartitionWarningCode.StaleGpt, "A GPT lies on the disk, but its MBR is in use."));
            }

            return Finish(PartitionScheme.Mbr, mbr.DiskId, 512, false, reader, mbr.ReadPartitions(), warnings);
        }

        // Without an MBR that points to it, a GPT counts only where nothing else makes sense of the disk.
        GptReader? gpt = mbr is { IsProtective: true } || whole is null ? GptLocator.Find(reader, warnings, out bool usedBackup) : Nothing(out usedBackup);
        if (gpt is not null)
        {
            if (mbr is not { IsProtective: true })
            {
                warnings.Add(new PartitionWarning(
                    PartitionWarningCode.GptWithoutProtectiveMbr, "The MBR does not guard the GPT; systems may not see it."));
            }
            else if (mbr.HasPartitions)
            {
                warnings.Add(new PartitionWarning(
                    PartitionWarningCode.HybridMbr, "The MBR holds partitions beside the GPT; they were left out."));
            }

            string id = gpt.DiskGuid.ToString("D", CultureInfo.InvariantCulture);
            return Finish(PartitionScheme.Gpt, id, gpt.SectorSize, usedBackup, reader, gpt.ReadPartitions(warnings), warnings);
        }

        if (mbr is { IsProtective: true })
        {
            warnings.Add(new PartitionWarning(PartitionWarningCode.GptDamaged, "The MBR guards a GPT, but no copy of one was found."));
            return mbr.HasPartitions
                ? Finish(PartitionScheme.Mbr, mbr.DiskId, 512, false, reader, mbr.ReadPartitions(), warnings)
                : Finish(PartitionScheme.Gpt, null, 512, false, reader, [], warnings);
        }

        if (BsdLabel.TryRead(reader) is { } label && label.ReadSlices(0, length, isFreeBsd: true, 1) is { Count: > 0 } slices)
        {
            return Finish(PartitionScheme.Bsd, null, 512, false, reader, slices, warnings);
        }

        bool isUnknown = mbr is null && !Zeros.AreAll(reader.Read(0, FileSystemProbe.HeadSize));
        if (whole is not null || isUnknown)
        {
            PartitionEntry entry = new(0, "Whole disk", null, 0, length);
            return new PartitionTable(PartitionScheme.None, null, 512, false, [new Partition(entry, whole)], warnings);
        }

        return new PartitionTable(
            mbr is null ? PartitionScheme.None : PartitionScheme.Mbr, mbr?.DiskId, 512, false, [], warnings);
    }

    private static GptReader? Nothing(out bool usedBackup)
    {
        usedBackup = false;
        return null;
    }

    private static PartitionTable Finish(
        PartitionScheme scheme,
        string? diskId,
        int sectorSize,
        bool usedBackup,
        DiskReader disk,
        List<PartitionEntry> entries,
        List<PartitionWarning> warnings)
    {
        AddSlices(disk, entries);
        List<Partition> partitions = new(entries.Count);
        foreach (PartitionEntry entry in entries)
        {
            bool isBeyond = entry.Offset > disk.Length || entry.Size > disk.Length - entry.Offset;
            if (isBeyond)
            {
                warnings.Add(new PartitionWarning(
                    PartitionWarningCode.PartitionBeyondDisk, $"Partition {entry.Index} reaches beyond the end of the disk.", entry.Index));
            }

            bool isProbed = !entry.IsContainer && partitions.Count < MaxProbed;
            partitions.Add(new Partition(entry, isProbed ? FileSystemProbe.Probe(disk.Part(entry.Offset, entry.Size)) : null));
        }

        if (partitions.Count > MaxProbed)
        {
            warnings.Add(new PartitionWarning(
                PartitionWarningCode.TooManyPartitions, $"The disk has {partitions.Count} partitions; the first {MaxProbed} were looked into."));
        }

        WarnOfOverlaps(entries, warnings);
        return new PartitionTable(scheme, diskId, sectorSize, usedBackup, partitions, warnings);
    }

    /// <summary>Puts what BSD systems divide their partitions into behind all others, as Linux numbers it; the partitions are containers then.</summary>
    private static void AddSlices(DiskReader disk, List<PartitionEntry> entries)
    {
        int count = entries.Count;
        for (int i = 0; i < count && entries.Count < MaxProbed; i++)
        {
            PartitionEntry entry = entries[i];
            bool isFreeBsd = entry.TypeId is PartitionTypes.FreeBsd or PartitionTypes.FreeBsdGpt;
            if (!isFreeBsd && entry.TypeId is not (PartitionTypes.OpenBsd or PartitionTypes.NetBsd))
            {
                continue;
            }

            int next = entries.Max(static e => e.Index) + 1;
            if (BsdLabel.TryRead(disk.Part(entry.Offset, entry.Size)) is { } label
                && label.ReadSlices(entry.Offset, entry.Size, isFreeBsd, Math.Max(next, FirstLogical)) is { Count: > 0 } slices)
            {
                entries[i] = entry with { IsContainer = true };
                entries.AddRange(slices);
            }
        }
    }

    private static void WarnOfOverlaps(List<PartitionEntry> entries, List<PartitionWarning> warnings)
    {
        List<PartitionEntry> sorted = entries.FindAll(entry => !entry.IsContainer);
        sorted.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Index.CompareTo(b.Index));
        int told = 0;
        for (int i = 1, widest = 0; i < sorted.Count && told < MaxOverlapWarnings; i++)
        {
            // Neither sum can overflow: both readers bound sectors far below 2^63 bytes.
            if (sorted[i].Offset < sorted[widest].Offset + sorted[widest].Size)
            {
                told++;
                warnings.Add(new PartitionWarning(
                    PartitionWarningCode.PartitionsOverlap,
                    $"Partitions {sorted[widest].Index} and {sorted[i].Index} share a range of the disk.",
                    sorted[i].Index));
            }

            if (sorted[i].Offset + sorted[i].Size > sorted[widest].Offset + sorted[widest].Size)
            {
                widest = i;
            }
        }
    }
}
