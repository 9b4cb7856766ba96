using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Finds files of guests in many backups at once, by the catalogs that New-VmaIndex -Files makes.</summary>
[Cmdlet(VerbsCommon.Find, "VmaFile", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Find-VmaFile.md")]
[OutputType(typeof(VmaFoundFile), typeof(VmaFileCatalog))]
public sealed class FindVmaFileCommand : VmaCmdlet
{
    private readonly List<string> _archives = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Folders of backups, or archives; wildcards are expanded. The current folder where none is given.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [NoByte]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = ["."];

    /// <summary>Folders of backups, or archives, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("ArchivePath", "PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Names of files, without folders; wildcards are allowed, upper and lower case are the same.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>Only what was changed after this time.</summary>
    [Parameter]
    public DateTime? After { get; set; }

    /// <summary>Only what was changed before this time.</summary>
    [Parameter]
    public DateTime? Before { get; set; }

    /// <summary>Only files with more bytes.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long? LargerThan { get; set; }

    /// <summary>Only files with fewer bytes.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long? SmallerThan { get; set; }

    /// <summary>Numbers of VMs: only their backups.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public int[]? VMId { get; set; }

    /// <summary>
    /// Volumes: id (drive-scsi0/p2), short form (p2), letter (C:), mount point (/home), label or uuid; wildcards are allowed.
    /// </summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VolumeCompleter))]
    public string[]? Volume { get; set; }

    /// <summary>Looks into subfolders too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Lists the archives without a current catalog, which are not searched, instead of files.</summary>
    [Parameter]
    public SwitchParameter Missing { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Missing && new[] { nameof(Name), nameof(After), nameof(Before), nameof(LargerThan), nameof(SmallerThan), nameof(Volume) }.Any(MyInvocation.BoundParameters.ContainsKey))
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("-Missing lists archives, whatever files they have.", nameof(Missing)));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool areLiteral = ParameterSetName == LiteralPathSet;
        foreach (string found in SourcePaths.FilesAndFolders.Resolve(SessionState, areLiteral ? LiteralPath : Path, areLiteral, WriteError))
        {
            // Whoever pipes a folder's files pipes what lies beside the archives, too.
            _archives.AddRange(BackupFolders.ArchivesAt(found, Recurse, (path, exception) => WriteError(ErrorRecords.From(exception, path)), CancellationToken)
                .Where(a => !BackupFileName.Parse(System.IO.Path.GetFileName(a)).IsCompanion && BackupFolders.IsOf(a, VMId) && _taken.Add(a)));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Missing)
        {
            foreach (VmaFileCatalog catalog in _archives.Select(VmaFileCatalog.GetOf).Where(static c => c.State != VmaIndexState.Current))
            {
                WriteObject(catalog);
            }

            return;
        }

        VmaFileQuery query = new()
        {
            Names = PatternsOf(Name),
            After = After,
            Before = Before,
            LargerThan = LargerThan,
            SmallerThan = SmallerThan,
            Volumes = PatternsOf(Volume),
        };
        List<VmaFileCatalog> catalogs = [];
        Attempt(null, () =>
        {
            foreach (VmaFoundFile file in VmaFileCatalog.Search(_archives, query, catalogs.Add, CancellationToken))
            {
                WriteObject(file);
            }
        });
        Tell(catalogs);
        int searched = catalogs.Count(c => query.Volumes?.Any(v => c.HasVolume(v) is not null) == true);
        foreach (NamePattern volume in (query.Volumes ?? []).Where(v => searched > 0 && !catalogs.Any(c => c.HasVolume(v) == true)))
        {
            WriteWarning($"None of the {searched} catalog(s) that were searched has a volume '{ErrorRecords.Shown(volume.Text)}'.");
        }
    }

    private static NamePattern[]? PatternsOf(string[]? texts) => texts is null ? null : Array.ConvertAll(texts, NamePattern.Parse);

    /// <summary>Says where files may be that were not found.</summary>
    private void Tell(List<VmaFileCatalog> catalogs)
    {
        foreach (VmaFileCatalog damaged in catalogs.Where(static c => c.State == VmaIndexState.Damaged))
        {
            WriteError(ErrorRecords.From(
                new VmaException(
                    VmaCodes.CatalogDamaged,
                    $"The catalog cannot be read, or not to its end: {damaged.Reason} New-VmaIndex -Files makes it anew. Catalog: {damaged.CatalogPath}",
                    damaged.ArchivePath),
                damaged.ArchivePath));
        }

        int missing = catalogs.Count(static c => c.State == VmaFileCatalog.Missing);
        int outdated = catalogs.Count(static c => c.State == VmaIndexState.Outdated);
        if (missing + outdated > 0)
        {
            string[] parts = [.. new[] { missing > 0 ? $"{missing} without a catalog" : null, outdated > 0 ? $"{outdated} whose catalog is outdated" : null }.OfType<string>()];
            WriteWarning(
                $"Not searched, of {catalogs.Count} archive(s): {string.Join(", ", parts)}. -Missing lists them, and New-VmaIndex -Files makes catalogs of them.");
        }

        VmaFileCatalog[] unread = [.. catalogs.Where(static c => c.UnreadVolumes.Count > 0)];
        if (unread.Length > 0)
        {
            WriteWarning(
                $"{unread.Length} archive(s) have volumes whose files no catalog has, as they cannot be read: {System.IO.Path.GetFileName(unread[0].ArchivePath)}, {unread[0].UnreadVolumes[0]}{(unread.Length > 1 || unread[0].UnreadVolumes.Count > 1 ? " \u2026" : string.Empty)}");
        }

        int partial = catalogs.Count(static c => c.FindingCount > 0);
        if (partial > 0)
        {
            WriteWarning($"{partial} archive(s) have folders or files that could not be read when their catalogs were made. Get-VmaIndex -Files tells which.");
        }
    }
}
