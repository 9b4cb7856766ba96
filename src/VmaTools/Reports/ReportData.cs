using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Reports;

/// <summary>How an archive fared, worst last.</summary>
internal enum ReportVerdict
{
    Untested,
    Valid,
    Incomplete,
    Damaged,
}

/// <summary>What a page tells of one archive, leftover or orphan.</summary>
internal sealed class ReportItem
{
    public string Kind { get; init; } = VmaBackupKind.Backup;

    public string? Path { get; init; }

    public string FileName { get; init; } = string.Empty;

    public int? VMId { get; init; }

    public string? VMName { get; init; }

    /// <summary>When the backup began, in local time.</summary>
    public DateTime? Time { get; init; }

    public TimeSpan? Age { get; init; }

    public long? Length { get; init; }

    public string? Compression { get; init; }

    public bool IsProtected { get; init; }

    public bool IsRestorable { get; init; } = true;

    public ReportTest? Test { get; set; }

    /// <summary>What of its devices is stored, as far as that was measured.</summary>
    public List<ReportMap> Maps { get; } = [];

    public ReportVerdict Verdict => Test switch
    {
        null => ReportVerdict.Untested,
        { IsValid: false } => ReportVerdict.Damaged,
        { IsComplete: false } => ReportVerdict.Incomplete,
        _ => ReportVerdict.Valid,
    };
}

/// <summary>What a page tells of one test.</summary>
internal sealed class ReportTest
{
    public string? Path { get; init; }

    public bool IsValid { get; init; }

    public bool IsComplete { get; init; }

    public string DataProof { get; init; } = VmaDataProof.None;

    public long? BytesRead { get; init; }

    public IReadOnlyList<ReportFinding> Findings { get; init; } = [];
}

/// <summary>What of a device is stored, zero and missing, and where.</summary>
internal sealed class ReportMap
{
    public string? Path { get; init; }

    public int? Id { get; init; }

    public string Name { get; init; } = string.Empty;

    public long Size { get; init; }

    public long StoredBytes { get; init; }

    public long ZeroBytes { get; init; }

    public long MissingBytes { get; init; }

    /// <summary>The device in equal parts, in order.</summary>
    public IReadOnlyList<ReportCell> Cells { get; init; } = [];
}

/// <summary>A part of a device.</summary>
internal readonly record struct ReportCell(long Offset, long Size, long StoredBytes, long ZeroBytes)
{
    public long MissingBytes => Size - StoredBytes - ZeroBytes;
}

/// <summary>One finding of a test.</summary>
internal sealed record ReportFinding(string Severity, string Code, string? Device, long? Offset, string Message)
{
    public bool IsError => Severity == VmaSeverity.Error;
}

/// <summary>A machine and its backups, newest first.</summary>
internal sealed record ReportMachine(int? VMId, string? Name, IReadOnlyList<ReportItem> Backups)
{
    public ReportItem Newest => Backups[0];

    public long Length => Backups.Sum(static b => b.Length ?? 0);

    public string Title => VMId is int id ? (Name is null ? $"VM {id}" : $"{id} {Name}") : Name ?? Newest.FileName;
}

/// <summary>All that goes into a page.</summary>
internal sealed class ReportData
{
    public ReportData(
        string title, DateTime now, TimeSpan? maxAge, IEnumerable<ReportItem> items, IEnumerable<ReportTest> tests, IEnumerable<ReportMap> maps)
    {
        Title = title;
        Now = now;
        MaxAge = maxAge;
        List<ReportItem> all = [.. items];
        ILookup<string, ReportItem> byPath = all.Where(static i => i.Path is not null).ToLookup(static i => i.Path!, StringComparer.Ordinal);
        foreach (ReportTest test in tests)
        {
            // The same archive, tested; or one that came without its inventory.
            bool isListed = false;
            foreach (ReportItem item in test.Path is null ? [] : byPath[test.Path])
            {
                item.Test = test;
                isListed = true;
            }

            if (!isListed)
            {
                all.Add(ItemOf(test.Path, test, now));
            }
        }

        AddMaps(all, maps, now);

        Debris = [.. all.Where(static i => i.Kind != VmaBackupKind.Backup)];
        Machines = [.. all.Where(static i => i.Kind == VmaBackupKind.Backup)
            .GroupBy(static i => i.VMId is int id ? ReportText.Number(id) : "/" + (i.VMName ?? i.FileName), StringComparer.Ordinal)
            .Select(static g => MachineOf([.. g.OrderByDescending(static i => i.Time).ThenBy(static i => i.FileName, StringComparer.Ordinal)]))
            .OrderBy(static m => m.VMId ?? int.MaxValue)
            .ThenBy(static m => m.Title, StringComparer.Ordinal)];
        Backups = [.. Machines.SelectMany(static m => m.Backups)];
    }

    public string Title { get; }

    /// <summary>When the page was made, in local time.</summary>
    public DateTime Now { get; }

    /// <summary>How old the newest backup of a machine may be, or null.</summary>
    public TimeSpan? MaxAge { get; }

    public IReadOnlyList<ReportMachine> Machines { get; }

    public IReadOnlyList<ReportItem> Backups { get; }

    /// <summary>Leftovers and orphans.</summary>
    public IReadOnlyList<ReportItem> Debris { get; }

    public int CountOf(ReportVerdict verdict) => Backups.Count(b => b.Verdict == verdict);

    public int Tested => Backups.Count - CountOf(ReportVerdict.Untested);

    public bool IsTooOld(ReportMachine machine) => MaxAge is TimeSpan limit && machine.Newest.Age is TimeSpan age && age > limit;

    private static ReportMachine MachineOf(IReadOnlyList<ReportItem> backups) =>
        new(backups[0].VMId, backups.Select(static b => b.VMName).FirstOrDefault(static n => n is not null), backups);

    /// <summary>Gives each map to the backup it belongs to; one that came without its inventory gets a place of its own.</summary>
    private static void AddMaps(List<ReportItem> all, IEnumerable<ReportMap> maps, DateTime now)
    {
        Dictionary<string, ReportItem> byPath = new(StringComparer.Ordinal);
        foreach (ReportItem item in all.Where(static i => i.Path is not null))
        {
            byPath[item.Path!] = item;
        }

        foreach (ReportMap map in maps)
        {
            string key = map.Path ?? string.Empty;
            if (!byPath.TryGetValue(key, out ReportItem? item))
            {
                item = ItemOf(map.Path, null, now);
                byPath.Add(key, item);
                all.Add(item);
            }

            item.Maps.Add(map);
        }
    }

    private static ReportItem ItemOf(string? path, ReportTest? test, DateTime now)
    {
        BackupFileName name = BackupFileName.Parse(path is null ? "stream" : System.IO.Path.GetFileName(path));
        return new ReportItem
        {
            Path = path,
            FileName = name.FileName,
            VMId = name.VMId,
            Time = name.Time,
            Age = name.Time is DateTime time ? now - time : null,
            Length = test?.BytesRead,
            IsRestorable = path is null || name.IsRestorable,
            Test = test,
        };
    }
}
