using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Lists the backups in folders with what stands beside them, by names and notes alone unless more is asked for.</summary>
[Cmdlet(VerbsCommon.Get, "VmaBackup", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Get-VmaBackup.md")]
[OutputType(typeof(VmaBackup))]
public sealed class GetVmaBackupCommand : VmaCmdlet
{
    private readonly List<VmaBackup> _candidates = [];

    /// <summary>Folders to look into; wildcards are expanded. The current one where none is given.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = ["."];

    /// <summary>Folders to look into, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Looks into subfolders too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Numbers of VMs.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public int[]? VMId { get; set; }

    /// <summary>Names of VMs; wildcards are allowed. Logs tell them, and archives' headers where there is no log.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>What to list: backups, leftovers of cut-off runs, orphaned companions. All where not given.</summary>
    [Parameter]
    [ValidateSet(VmaBackupKind.Backup, VmaBackupKind.Leftover, VmaBackupKind.Orphan)]
    public string[]? Kind { get; set; }

    /// <summary>Lists only what began after this time.</summary>
    [Parameter]
    public DateTime? Newer { get; set; }

    /// <summary>Lists only what began before this time.</summary>
    [Parameter]
    public DateTime? Older { get; set; }

    /// <summary>Lists only the newest backup of each VM.</summary>
    [Parameter]
    public SwitchParameter Latest { get; set; }

    /// <summary>Reads each archive's header, for the exact time, the VM's name, the uuid and the devices' size.</summary>
    [Parameter]
    public SwitchParameter IncludeHeader { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool areLiteral = ParameterSetName == LiteralPathSet;
        foreach (string folder in SourcePaths.Folders.Resolve(SessionState, areLiteral ? LiteralPath : Path, areLiteral, WriteError))
        {
            Attempt(folder, () => List(folder));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (VmaBackup newest in _candidates
            .GroupBy(static b => b.VMId?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? b.VMName ?? System.IO.Path.Combine(b.Folder, b.FileName))
            .Select(static g => g.OrderByDescending(static b => b.MomentUtc).First())
            .OrderBy(static b => b.VMId ?? int.MaxValue)
            .ThenBy(static b => b.VMName, StringComparer.Ordinal))
        {
            WriteObject(newest);
        }
    }

    private void List(string folder)
    {
        // The name in the notes is a guess, which is good enough to show but not to leave something out by.
        BackupScanOptions options = new() { Recurse = Recurse, ReadLogs = Name is not null };
        foreach (VmaBackup found in BackupScanner.Scan(
            folder, options, (path, exception) => WriteError(ErrorRecords.From(exception, path)), CancellationToken))
        {
            if (IsAskedFor(found) && Describe(found) is { } backup && Includes(backup))
            {
                if (Latest)
                {
                    _candidates.Add(backup);
                }
                else
                {
                    WriteObject(backup);
                }
            }
        }
    }

    /// <summary>What the file name alone decides, before anything is opened.</summary>
    private bool IsAskedFor(VmaBackup found) =>
        (VMId is null || (found.VMId is int id && VMId.Contains(id)))
        && (Kind is null || Kind.Contains(found.Kind, StringComparer.OrdinalIgnoreCase))
        && (!Latest || found.Kind == VmaBackupKind.Backup);

    private bool Includes(VmaBackup backup) =>
        (Newer is not DateTime newer || backup.MomentUtc > newer.ToUniversalTime())
        && (Older is not DateTime older || backup.MomentUtc < older.ToUniversalTime())
        && (Name is null || (backup.VMName is string name && Name.Any(n => Matches(n, name))));

    private VmaBackup Describe(VmaBackup found)
    {
        VmaBackup told = found;
        bool needsHeader = IncludeHeader || (Name is not null && found.NameSource != VmaNameSource.Log);
        if (needsHeader && found.Kind == VmaBackupKind.Backup)
        {
            // A header that cannot be read is an error beside the listing; the files are there all the same.
            Attempt(found.ArchivePath, () =>
            {
                using VmaArchive archive = VmaArchive.Open(found.ArchivePath!);
                told = found.WithHeader(archive);
            });
        }

        return told;
    }

    private static bool Matches(string pattern, string name) =>
        string.Equals(pattern, name, StringComparison.OrdinalIgnoreCase)
        || WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(name);
}
