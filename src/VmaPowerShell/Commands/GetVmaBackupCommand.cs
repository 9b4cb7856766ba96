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
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private (string Folder, VmaBackup[] Backups)? _listed;

    /// <summary>Folders to look into, or files of backups; wildcards are expanded. The current folder where none is given.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [NoByte]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = ["."];

    /// <summary>Folders to look into, or files of backups, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("ArchivePath", "PSPath", "LP")]
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
    [ArgumentCompleter(typeof(BackupNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>What to list: backups, leftovers of cut-off runs, orphaned companions, what is encrypted, packed or in parts. All where not given.</summary>
    [Parameter]
    [ValidateSet(
        VmaBackupKind.Backup, VmaBackupKind.Leftover, VmaBackupKind.Orphan, VmaBackupKind.Encrypted, VmaBackupKind.Packed, VmaBackupKind.Part)]
    public string[]? Kind { get; set; }

    /// <summary>Lists only what began after this time.</summary>
    [Parameter]
    public DateTime? Newer { get; set; }

    /// <summary>Lists only what began before this time.</summary>
    [Parameter]
    public DateTime? Older { get; set; }

    /// <summary>Lists only what is known to be no older than this: a time span, or a number of days.</summary>
    [Parameter]
    [Days]
    public TimeSpan? MaxAge { get; set; }

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
        foreach (string path in areLiteral ? LiteralPath : Path)
        {
            bool isPattern = !areLiteral && WildcardPattern.ContainsWildcardCharacters(path);
            foreach (string found in SourcePaths.FilesAndFolders.Resolve(SessionState, [path], areLiteral, WriteError))
            {
                Attempt(found, () =>
                {
                    if (System.IO.Directory.Exists(found) && !BackupFileName.Parse(System.IO.Path.GetFileName(found)).IsWorkFolder)
                    {
                        List(found, null);
                    }
                    else if (!List(System.IO.Path.GetDirectoryName(found)!, found) && !isPattern)
                    {
                        WriteError(ErrorRecords.NotABackup(found));
                    }
                });
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (VmaBackup newest in _candidates
            .GroupBy(static b => b.VMId?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? b.VMName ?? System.IO.Path.Combine(b.Folder, b.FileName))
            .Select(static g => g.OrderByDescending(static b => b.GetMoment()).First())
            .OrderBy(static b => b.VMId ?? int.MaxValue)
            .ThenBy(static b => b.VMName, StringComparer.Ordinal))
        {
            WriteObject(newest);
        }
    }

    /// <summary>Lists a folder, or of it what a file belongs to; false where it belongs to nothing.</summary>
    private bool List(string folder, string? file)
    {
        bool isKnown = false;
        // The name in the notes is a guess, which is good enough to show but not to leave something out by.
        BackupScanOptions options = new() { Recurse = Recurse && file is null, ReadLogs = Name is not null };
        IEnumerable<VmaBackup> all = BackupScanner.Scan(folder, options, (path, exception) => WriteError(ErrorRecords.From(exception, path)), CancellationToken);
        if (file is not null)
        {
            // Files of one folder come one by one; it is looked at once.
            if (_listed?.Folder != folder)
            {
                _listed = (folder, all.ToArray());
            }

            all = _listed.Value.Backups.Where(b => IsFileOf(b, file));
        }

        foreach (VmaBackup found in all)
        {
            isKnown = true;
            if (file is not null && !_taken.Add(System.IO.Path.Combine(found.Folder, found.FileName)))
            {
                continue;
            }

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

        return isKnown;
    }

    private static bool IsFileOf(VmaBackup backup, string file) =>
        backup.ArchivePath == file || backup.LogPath == file || backup.NotesPath == file || backup.ProtectedPath == file
        || System.IO.Path.Combine(backup.Folder, backup.FileName) == file;

    /// <summary>What the file name alone decides, before anything is opened.</summary>
    private bool IsAskedFor(VmaBackup found) =>
        (VMId is null || (found.VMId is int id && VMId.Contains(id)))
        && (Kind is null || Kind.Contains(found.Kind, StringComparer.OrdinalIgnoreCase))
        && (!Latest || found.Kind == VmaBackupKind.Backup);

    private bool Includes(VmaBackup backup) =>
        (MaxAge is not TimeSpan oldest || backup.Age <= oldest)
        && (Newer is not DateTime newer || backup.GetMoment() > newer.ToUniversalTime())
        && (Older is not DateTime older || backup.GetMoment() < older.ToUniversalTime())
        && (Name is null || (backup.VMName is string name && Name.Any(n => Matches(n, name))));

    private VmaBackup Describe(VmaBackup found)
    {
        VmaBackup told = found;
        bool asksForTime = MaxAge is not null || Newer is not null || Older is not null || Latest;
        bool needsHeader = IncludeHeader || (Name is not null && found.NameSource != VmaNameSource.Log) || (asksForTime && found.TimeSource == VmaTimeSource.None);
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
        || Patterns.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(name);
}
