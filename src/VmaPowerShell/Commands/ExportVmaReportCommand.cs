using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Reports;

namespace VmaTools.PowerShell;

/// <summary>Writes an inventory, test results and maps of what disks hold as one HTML page.</summary>
[Cmdlet(VerbsData.Export, "VmaReport", SupportsShouldProcess = true, HelpUri = HelpLinks.Base + "Export-VmaReport.md")]
[OutputType(typeof(FileInfo))]
public sealed class ExportVmaReportCommand : VmaCmdlet
{
    private readonly List<ReportItem> _backups = [];
    private readonly List<ReportTest> _tests = [];
    private readonly List<ReportMap> _maps = [];

    /// <summary>The file to write.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Destination")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>Backups of Get-VmaBackup, results of Test-VmaArchive and measures of Measure-VmaDevice, in any order.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public PSObject[]? InputObject { get; set; }

    /// <summary>What the page is called.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Title { get; set; } = "Backup report";

    /// <summary>How old the newest backup of a machine may be before the page calls it too old.</summary>
    [Parameter]
    [Days]
    public TimeSpan? MaxAge { get; set; }

    /// <summary>Replaces a file that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the file that was written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (PSObject? input in InputObject ?? [])
        {
            if (input is null)
            {
                continue;
            }

            if (ReportInput.AsBackup(input) is { } backup)
            {
                _backups.Add(backup);
            }
            else if (ReportInput.AsTest(input) is { } test)
            {
                _tests.Add(test);
            }
            else if (ReportInput.AsMap(input) is { } map)
            {
                _maps.Add(map);
            }
            else
            {
                WriteError(ErrorRecords.NotReportable(input.BaseObject));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        string target = ResolveFile(Path);
        if (!ShouldProcess(target, "Write report"))
        {
            return;
        }

        Attempt(target, () =>
        {
            if (File.Exists(target) && !Force)
            {
                throw new VmaException(VmaCodes.TargetExists, "The file exists; -Force replaces it.", target);
            }

            TextFile.Write(
                target, ReportPage.Render(new ReportData(Title, DateTime.Now, MaxAge, _backups, _tests, _maps)), ArchiveGuard.Default, Force);
            if (PassThru)
            {
                WriteFile(target);
            }
        });
    }
}
