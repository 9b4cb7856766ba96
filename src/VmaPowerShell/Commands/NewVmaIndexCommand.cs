using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Builds the indexes that make archives readable at any offset, and keeps them.</summary>
[Cmdlet(VerbsCommon.New, "VmaIndex", SupportsShouldProcess = true, DefaultParameterSetName = CacheSet, HelpUri = HelpLinks.Base + "New-VmaIndex.md")]
[OutputType(typeof(VmaIndex), typeof(VmaFileCatalog))]
public sealed class NewVmaIndexCommand : GuestReaderCmdlet
{
    private const string CacheSet = "Cache";
    private const string BesideSet = "Beside";

    private readonly HashSet<string> _done = new(StringComparer.Ordinal);

    /// <summary>The index to write, for one archive; a place where it is found again is what -Beside stands for.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = PathSet)]
    [Alias("Destination")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Archives: archives, devices, files or paths.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>Writes each index beside its archive, under the archive's name with .vmaindex appended.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BesideSet)]
    public SwitchParameter Beside { get; set; }

    /// <summary>
    /// Makes the catalog of the guest's files, too, by which Find-VmaFile looks through many backups at once; of an archive that is not
    /// compressed nothing else.
    /// </summary>
    [Parameter(ParameterSetName = CacheSet)]
    [Parameter(ParameterSetName = BesideSet)]
    public SwitchParameter Files { get; set; }

    /// <summary>Builds an index where one that fits exists, and writes over a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!Files && new[] { nameof(NoReplay), nameof(Passphrase), nameof(RecoveryKey), nameof(KeyFile) }.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } given)
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("An index opens no volume: that is for -Files.", given));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (DeviceInput input in InputsOf(InputObject))
        {
            Attempt(input.Path, () => Process(OpenArchive(input)));
        }
    }

    private void Process(VmaArchive archive)
    {
        if (archive.ArchivePath is { } source && !_done.Add(source))
        {
            // Another device of an archive that had its turn.
            return;
        }

        if (Beside && archive.ArchivePath is { } path && VmaAddresses.IsAddress(path))
        {
            throw new VmaException(
                VmaCodes.RemoteNotSupported, "Nothing can be put beside an archive on a server: without -Beside its index is kept here, and -Path writes a file to put there.", path);
        }

        if (Files && (archive.ArchivePath is null || VmaAddresses.IsAddress(archive.ArchivePath)))
        {
            throw new VmaException(
                VmaCodes.SourceNotReopenable, "Catalogs are kept of archives that are files; without -Files the index alone is made.", archive.ArchivePath);
        }

        if (Files && Beside)
        {
            // Told before anything is built.
            VmaFileCatalog.MustNotReplaceOther(VmaFileCatalog.PathBeside(archive.ArchivePath!));
        }

        if (!Files || archive.Compression != VmaCompression.None)
        {
            Build(archive);
        }

        if (Files)
        {
            BuildCatalog(archive);
        }
    }

    private void Build(VmaArchive archive)
    {
        VmaIndex? found = archive.FindIndex();
        TellOfIndex(archive);

        string? target = ParameterSetName switch
        {
            BesideSet => VmaIndex.PathBeside(archive.ArchivePath!),
            PathSet => ResolveFile(Path!),
            _ => null,
        };
        if (!Force && found is not null && (target is null || target == found.IndexPath))
        {
            WriteObject(found);
            return;
        }

        if (ParameterSetName == PathSet && _done.Count > 1)
        {
            throw new VmaException(VmaCodes.OutputNameCollision, "One file holds the index of one archive.", target);
        }

        if (ParameterSetName == PathSet && !Force && File.Exists(target))
        {
            throw new VmaException(VmaCodes.TargetExists, "There is a file of that name; -Force writes over it.", target);
        }

        if (target is not null)
        {
            OutputFile.MustBeFree(target, replace: true, archive.ArchivePath);
            if (!Force)
            {
                VmaIndex.MustNotReplaceOther(target);
            }
        }

        if (ShouldProcess(target ?? archive.ArchivePath!, $"Build the index of {archive.ArchivePath} ({BinarySize.Format(archive.StoredLength ?? 0)} to be read)"))
        {
            VmaIndex built = RunWithProgress($"Building the index of {archive.ArchivePath}", (progress, token) => archive.BuildIndex(target, progress, token));
            TellWritten(built.IndexPath);
            WriteObject(built);
        }
    }

    private void BuildCatalog(VmaArchive archive)
    {
        string path = archive.ArchivePath!;
        string? target = Beside ? VmaFileCatalog.PathBeside(path) : null;
        if (!Force)
        {
            VmaFileCatalog found = VmaFileCatalog.Check(path, CancellationToken);
            bool mayHaveMore = Secrets is not null && found.UnreadVolumes.Count > 0;
            if (found.State == VmaIndexState.Current && (target is null || target == found.CatalogPath) && !mayHaveMore)
            {
                WriteObject(found);
                return;
            }

            if (found.State == VmaIndexState.Damaged)
            {
                WriteVerbose($"{found.CatalogPath} is made anew: {found.Reason}");
            }
        }

        if (!ShouldProcess(target ?? path, $"Make the catalog of the files in {path}"))
        {
            return;
        }

        WriteObject(MakeCatalog(archive, target, ReadOptions));
    }
}
