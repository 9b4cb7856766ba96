using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Reports;

namespace VmaTools;

/// <summary>
/// A page about backups for people: what there is, what tests found, what the disks hold. One HTML file without script that needs nothing
/// else.
/// </summary>
public sealed class VmaReport
{
    private readonly List<VmaReportBackup> _backups = [];
    private readonly List<VmaReportTest> _tests = [];
    private readonly List<VmaReportMap> _maps = [];

    /// <summary>What the page is called.</summary>
    public string Title { get; init; } = "Backup report";

    /// <summary>How old the newest backup of a machine may be before the page calls it too old; null for any age.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>When the page is said to have been made, in local time.</summary>
    public DateTime Time { get; init; } = DateTime.Now;

    /// <summary>Takes a backup.</summary>
    public void Add(VmaReportBackup backup) => _backups.Add(backup ?? throw new ArgumentNullException(nameof(backup)));

    /// <summary>Takes the result of a test. It meets its backup by path, and has a row of its own where that was not given.</summary>
    public void Add(VmaReportTest test) => _tests.Add(test ?? throw new ArgumentNullException(nameof(test)));

    /// <summary>Takes the map of a device. It meets its backup by path, and has a row of its own where that was not given.</summary>
    public void Add(VmaReportMap map) => _maps.Add(map ?? throw new ArgumentNullException(nameof(map)));

    /// <inheritdoc cref="Add(VmaReportBackup)"/>
    public void Add(VmaBackup backup) => Add(new VmaReportBackup(backup ?? throw new ArgumentNullException(nameof(backup))));

    /// <inheritdoc cref="Add(VmaReportTest)"/>
    public void Add(VmaTestResult test) => Add(new VmaReportTest(test ?? throw new ArgumentNullException(nameof(test))));

    /// <inheritdoc cref="Add(VmaReportMap)"/>
    public void Add(VmaDeviceMeasure map) => Add(new VmaReportMap(map ?? throw new ArgumentNullException(nameof(map))));

    /// <summary>The page.</summary>
    public string ToHtml() => ReportPage.Render(new ReportData(Title, Time, MaxAge, _backups.Select(static b => new ReportItem(b)), _tests, _maps));

    /// <summary>Writes the page to a file, whole or not at all.</summary>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <param name="force">Whether a file of that name is replaced. An archive never is.</param>
    /// <exception cref="VmaException">The file exists, or cannot be written.</exception>
    public void Save(string path, bool force = false)
    {
        string full = Path.GetFullPath(path);
        TargetCheck.MustBeFree(full, force);
        TextFile.Write(full, ToHtml(), ArchiveGuard.Default, force);
    }
}
