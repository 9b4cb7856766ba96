using System;
using System.IO;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Writes an inventory, test results and maps of what disks hold as one HTML page.</summary>
[Cmdlet(VerbsData.Export, "VmaReport", SupportsShouldProcess = true, HelpUri = HelpLinks.Base + "Export-VmaReport.md")]
[OutputType(typeof(FileInfo))]
public sealed class ExportVmaReportCommand : VmaCmdlet
{
    private VmaReport? _report;
    private bool _hasTaken;
    private bool _hasRefused;

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
    protected override void BeginProcessing()
    {
        RefuseSource(InputObject ?? [], Path);
        _report = new VmaReport { Title = Title, MaxAge = MaxAge };
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (PSObject? input in InputObject ?? [])
        {
            if (input is null)
            {
                continue;
            }

            NativeText.ThrowIfByte(input);
            bool isTaken = Take(input);
            _hasTaken |= isTaken;
            _hasRefused |= !isTaken;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_hasRefused && !_hasTaken)
        {
            // Each has its error; a page of nothing would look like a folder without backups.
            return;
        }

        string target = ResolveFile(Path);
        Attempt(target, () =>
        {
            OutputFile.MustBeFree(target, Force);
            if (!ShouldProcess(target, "Write report"))
            {
                return;
            }

            _report!.Save(target, Force);
            TellWritten(target);
            if (PassThru)
            {
                WriteFile(target);
            }
        });
    }

    private bool Take(PSObject input)
    {
        if (ReportInput.AsBackup(input) is { } backup)
        {
            _report!.Add(backup);
        }
        else if (ReportInput.AsTest(input) is { } test)
        {
            _report!.Add(test);
        }
        else if (ReportInput.AsMap(input) is { } map)
        {
            _report!.Add(map);
        }
        else
        {
            WriteError(ErrorRecords.NotReportable(input.BaseObject));
            return false;
        }

        return true;
    }
}
