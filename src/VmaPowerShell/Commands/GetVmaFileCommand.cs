using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Lists files in guests' file systems.</summary>
[Cmdlet(VerbsCommon.Get, "VmaFile", HelpUri = HelpLinks.Base + "Get-VmaFile.md")]
[OutputType(typeof(VmaFile), typeof(VmaDeletedFile), typeof(VmaFileStreamInfo))]
public sealed class GetVmaFileCommand : GuestFileCmdlet
{
    private WildcardPattern? _filter;
    private WildcardPattern? _stream;

    /// <summary>Lists what is below, too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>How many levels are gone down; implies -Recurse.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Depth { get; set; } = int.MaxValue;

    /// <summary>Only names that match; * and ? stand for anything.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Filter { get; set; }

    /// <summary>Lists hidden files, and what belongs to the file system itself, such as $MFT.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Lists the named streams of files (NTFS) that match, instead of the files.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StreamCompleter))]
    public string? Stream { get; set; }

    /// <summary>Adds to each file whether the archive holds all of it, without reading it.</summary>
    [Parameter]
    public SwitchParameter Health { get; set; }

    /// <summary>Lists what was deleted there and below (NTFS, FAT, ext), as far as the file system still tells of it, and nothing else.</summary>
    [Parameter]
    public SwitchParameter Deleted { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Deleted && (Stream is not null || MyInvocation.BoundParameters.ContainsKey(nameof(Depth))))
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("Deleted files are listed whatever their depth, and without their streams.", nameof(Deleted)));
        }

        const WildcardOptions Options = WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant;
        _filter = Filter is null ? null : Patterns.Get(Filter, Options);
        _stream = Stream is null ? null : Patterns.Get(Stream, Options);
    }

    private protected override VmaFile Resolve(VmaGuest guest, GuestPath path, string? volume) => guest.ResolveToList(path, volume);

    private protected override void ProcessPlace(VmaGuest guest, VmaFile place, bool isMatch, VmaFile? given)
    {
        WarnOfState(guest, place);
        if (Deleted)
        {
            foreach (VmaDeletedFile file in guest.ReadDeleted(place, CancellationToken))
            {
                Write(guest, file, isNamed: true);
            }

            return;
        }

        if (!place.IsDirectory || (isMatch && !Recurse))
        {
            Write(guest, place, isNamed: true);
            return;
        }

        bool isDeep = Recurse || MyInvocation.BoundParameters.ContainsKey(nameof(Depth));
        IEnumerable<VmaFile> listed = guest.ReadDirectory(
            place, isDeep ? Depth : 0, Force, finding => WriteFinding(guest, place.Volume, finding), CancellationToken);
        foreach (VmaFile file in listed)
        {
            Write(guest, file, isNamed: false);
        }
    }

    private void Write(VmaGuest guest, VmaFile file, bool isNamed)
    {
        if ((_filter is not null && !_filter.IsMatch(file.Name)) || (!isNamed && !Force && file.IsHidden))
        {
            return;
        }

        if (_stream is null)
        {
            WriteObject(Health && file.GetEntry().Type == FileEntryType.File ? WithHealth(guest, file) : file);
            return;
        }

        Attempt(file.FullName, () =>
        {
            foreach (VmaFileStreamInfo stream in guest.GetStreams(file).Where(s => _stream.IsMatch(s.Stream)))
            {
                WriteObject(stream);
            }
        });
    }

    private static PSObject WithHealth(VmaGuest guest, VmaFile file)
    {
        VmaFileHealth health = guest.GetHealth(file);
        PSObject item = PSObject.AsPSObject(file);
        foreach ((string name, object? value) in new (string, object?)[] { ("Health", health.State), ("LostRanges", health.LostRanges) })
        {
            // A file that was piped may have been asked before.
            item.Properties.Remove(name);
            item.Properties.Add(new PSNoteProperty(name, value));
        }

        return item;
    }
}
