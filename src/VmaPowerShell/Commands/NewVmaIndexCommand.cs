using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Builds the indexes that make archives readable at any offset, and keeps them.</summary>
[Cmdlet(VerbsCommon.New, "VmaIndex", SupportsShouldProcess = true, DefaultParameterSetName = CacheSet, HelpUri = HelpLinks.Base + "New-VmaIndex.md")]
[OutputType(typeof(VmaIndex))]
public sealed class NewVmaIndexCommand : ArchiveCmdlet
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

    /// <summary>Builds an index where one that fits exists, and writes over a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (DeviceInput input in InputsOf(InputObject))
        {
            Attempt(input.Path, () => Build(OpenArchive(input)));
        }
    }

    private void Build(VmaArchive archive)
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
        }

        if (ShouldProcess(target ?? archive.ArchivePath!, $"Build the index of {archive.ArchivePath} ({BinarySize.Format(archive.StoredLength ?? 0)} to be read)"))
        {
            VmaIndex built = RunWithProgress($"Building the index of {archive.ArchivePath}", (progress, token) => archive.BuildIndex(target, progress, token));
            TellWritten(built.IndexPath);
            WriteObject(built);
        }
    }
}
