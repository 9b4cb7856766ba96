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
    NoArchive,
    NotRead,
    Damaged,
}

/// <summary>A row of the page: an archive, leftover or orphan, with what was brought about it.</summary>
internal sealed class ReportItem(VmaReportBackup facts)
{
    public string Kind => facts.Kind;

    public string? Path => facts.ArchivePath;

    public string FileName => facts.FileName;

    public int? VMId => facts.VMId;

    public string? VMName => facts.VMName;

    public DateTime? Time => facts.Time;

    public TimeSpan? Age => facts.Age;

    public long? Length => facts.Length;

    public string? Compression => facts.Compression;

    public bool IsProtected => facts.IsProtected;

    public bool IsRestorable => facts.IsRestorable;

    public VmaReportTest? Test { get; set; }

    /// <summary>What of its devices is stored, as far as that was measured.</summary>
    public List<VmaReportMap> Maps { get; } = [];

    public ReportVerdict Verdict => Test switch
    {
        null => ReportVerdict.Untested,
        { IsForeign: true } => ReportVerdict.NoArchive,
        { IsValid: false } => VmaTestResult.IsUnread(Test.Findings) ? ReportVerdict.NotRead : ReportVerdict.Damaged,
        { IsComplete: false } => ReportVerdict.Incomplete,
        _ => ReportVerdict.Valid,
    };
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
        string title, DateTime now, TimeSpan? maxAge, IEnumerable<ReportItem> items, IEnumerable<VmaReportTest> tests, IEnumerable<VmaReportMap> maps)
    {
        Title = title;
        Now = now;
        MaxAge = maxAge;
        List<ReportItem> all = [.. items];
        ILookup<string, ReportItem> byPath = all.Where(static i => i.Path is not null).ToLookup(static i => i.Path!, StringComparer.Ordinal);
        foreach (VmaReportTest test in tests)
        {
            // The same archive, tested; or one that came without its inventory.
            bool isListed = false;
            foreach (ReportItem item in test.ArchivePath is null ? [] : byPath[test.ArchivePath])
            {
                item.Test = test;
                isListed = true;
            }

            if (!isListed)
            {
                all.Add(ItemOf(test.ArchivePath, test, now));
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
    private static void AddMaps(List<ReportItem> all, IEnumerable<VmaReportMap> maps, DateTime now)
    {
        Dictionary<string, ReportItem> byPath = new(StringComparer.Ordinal);
        foreach (ReportItem item in all.Where(static i => i.Path is not null))
        {
            byPath[item.Path!] = item;
        }

        foreach (VmaReportMap map in maps)
        {
            string key = map.ArchivePath ?? string.Empty;
            if (!byPath.TryGetValue(key, out ReportItem? item))
            {
                item = ItemOf(map.ArchivePath, null, now);
                byPath.Add(key, item);
                all.Add(item);
            }

            item.Maps.Add(map);
        }
    }

    private static ReportItem ItemOf(string? path, VmaReportTest? test, DateTime now)
    {
        BackupFileName name = BackupFileName.Parse(path is null ? "stream" : Sources.RemoteAddress.FileNameOf(path));
        return new ReportItem(new VmaReportBackup
        {
            ArchivePath = path,
            FileName = name.FileName,
            VMId = name.VMId,
            Time = name.Time,
            Age = name.Time is DateTime time ? now - time : null,
            Length = test?.BytesRead,
            IsRestorable = path is null || name.IsRestorable,
        })
        {
            Test = test,
        };
    }
}
