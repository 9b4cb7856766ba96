using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using VmaTools.GuestFiles;

namespace VmaTools.PowerShell;

/// <summary>Tells which files were added, removed and changed between two backups of a guest.</summary>
[Cmdlet(VerbsData.Compare, "VmaFile", HelpUri = HelpLinks.Base + "Compare-VmaFile.md")]
[OutputType(typeof(VmaFileDifference))]
public sealed class CompareVmaFileCommand : ArchiveCmdlet
{
    /// <summary>The earlier backup.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string ReferencePath { get; set; } = string.Empty;

    /// <summary>The later backup.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string DifferencePath { get; set; } = string.Empty;

    /// <summary>The directory in the guest to compare; the root of each volume where not given.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string? FilePath { get; set; }

    /// <summary>The volume to compare: id, short form, letter, mount point, label or uuid.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Volume { get; set; }

    /// <summary>Compares contents, too, where size and time are the same.</summary>
    [Parameter]
    public SwitchParameter Content { get; set; }

    /// <summary>Shows file systems as the disk has them, without what their logs hold.</summary>
    [Parameter]
    public SwitchParameter NoReplay { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Attempt(DifferencePath, () =>
        {
            using VmaGuest? reference = Open(ReferencePath);
            using VmaGuest? difference = Open(DifferencePath);
            if (reference is null || difference is null)
            {
                return;
            }

            foreach ((GuestPlace before, GuestPlace after) in Pairs(reference, difference))
            {
                foreach (VmaFileDifference found in FileComparison.Compare(before, after, Content, Tell, CancellationToken))
                {
                    WriteObject(found);
                }
            }
        });
    }

    private VmaGuest? Open(string path)
    {
        if (SourcePaths.Files.Expand(SessionState, path, WriteError).FirstOrDefault() is not string file)
        {
            return null;
        }

        VmaArchive archive = OpenArchive(file);
        return RunWithProgress(
            $"Indexing {file}", (progress, token) => VmaGuest.Open(archive, new FileSystemOptions { NoReplay = NoReplay }, progress, token));
    }

    private IEnumerable<(GuestPlace Before, GuestPlace After)> Pairs(VmaGuest reference, VmaGuest difference)
    {
        if (FilePath is not null || Volume is not null)
        {
            GuestPath path = GuestPath.ParseLenient(FilePath ?? "/");
            yield return (reference.Resolve(path, Volume, followLast: true), difference.Resolve(path, Volume, followLast: true));
            yield break;
        }

        foreach (GuestVolume before in reference.GuestVolumes.Where(static v => v.TryGetFiles(out _) is not null))
        {
            if (difference.GuestVolumes.FirstOrDefault(v => v.Id == before.Id) is { } after && after.TryGetFiles(out _) is FileSystem files)
            {
                yield return (new GuestPlace(before, before.GetFiles().Root), new GuestPlace(after, files.Root));
            }
            else
            {
                WriteWarning($"{DifferencePath} has no volume {before.Id} whose files can be read.");
            }
        }
    }

    private void Tell(string volume, FileSystemFinding finding) => WriteError(ErrorRecords.From(
        new VmaFileSystemException(finding.Code, finding.Message, finding.Path, finding.VolumeOffset, device: volume), finding.Path));
}
