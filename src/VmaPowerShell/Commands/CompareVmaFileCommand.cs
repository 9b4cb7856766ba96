using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Tells which files were added, removed and changed between two backups of a guest.</summary>
[Cmdlet(VerbsData.Compare, "VmaFile", HelpUri = HelpLinks.Base + "Compare-VmaFile.md")]
[OutputType(typeof(VmaFileDifference))]
public sealed class CompareVmaFileCommand : GuestReaderCmdlet
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
    [ArgumentCompleter(typeof(GuestPathCompleter))]
    public string? FilePath { get; set; }

    /// <summary>The volume to compare: id, short form, letter, mount point, label or uuid.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VolumeCompleter))]
    public string? Volume { get; set; }

    /// <summary>Compares contents, too, where size and time are the same.</summary>
    [Parameter]
    public SwitchParameter Content { get; set; }

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

            foreach ((VmaFile before, VmaFile after) in Pairs(reference, difference))
            {
                foreach (VmaFileDifference found in difference.Compare(reference, before, after, Content, Tell, CancellationToken))
                {
                    WriteObject(found);
                }
            }
        });
    }

    private VmaGuest? Open(string path) => Archives.Expand(SessionState, path, WriteError).FirstOrDefault() is string file
        ? Open(OpenArchive(file), file)
        : null;

    private IEnumerable<(VmaFile Before, VmaFile After)> Pairs(VmaGuest reference, VmaGuest difference)
    {
        if (FilePath is not null || Volume is not null)
        {
            GuestPath path = GuestPath.ParseLenient(FilePath ?? "/");
            yield return (reference.GetFile(path, Volume, followLast: true), difference.GetFile(path, Volume, followLast: true));
            yield break;
        }

        HashSet<string> readable = [.. difference.GetVolumes().Where(static v => v.CanRead).Select(static v => v.Id)];
        foreach (VmaVolume before in reference.GetVolumes().Where(static v => v.CanRead))
        {
            if (readable.Contains(before.Id))
            {
                yield return (reference.GetRoot(before.Id), difference.GetRoot(before.Id));
            }
            else
            {
                WriteWarning($"{DifferencePath} has no volume {before.Id} whose files can be read.");
            }
        }
    }

    private void Tell(VmaFileSystemException error) => WriteError(ErrorRecords.From(error, error.FilePath));
}
