using System.Linq;
using System.Management.Automation;
using VmaTools.GuestFiles;

namespace VmaTools.PowerShell;

/// <summary>Lists files in guests' file systems.</summary>
[Cmdlet(VerbsCommon.Get, "VmaFile", HelpUri = HelpLinks.Base + "Get-VmaFile.md")]
[OutputType(typeof(VmaFile), typeof(VmaFileStreamInfo))]
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
    public string? Stream { get; set; }

    /// <summary>Adds to each file whether the archive holds all of it, without reading it.</summary>
    [Parameter]
    public SwitchParameter Health { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        const WildcardOptions Options = WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant;
        _filter = Filter is null ? null : WildcardPattern.Get(Filter, Options);
        _stream = Stream is null ? null : WildcardPattern.Get(Stream, Options);
    }

    private protected override GuestPlace Resolve(VmaGuest guest, GuestPath path, GuestVolume? volume) => guest.ResolveToList(path, volume?.Id);

    private protected override void ProcessPlace(VmaGuest guest, GuestPlace place, bool isMatch, VmaFile? given)
    {
        WarnOfState(guest, place.Volume);
        bool isListed = place.Entry.Type == FileEntryType.Directory && !(isMatch && !Recurse);
        string? below = isListed ? place.Entry.FullName : given?.ListedBelow;
        if (!isListed)
        {
            Write(guest, place.Volume, place.Entry, below, isNamed: true);
            return;
        }

        bool isDeep = Recurse || MyInvocation.BoundParameters.ContainsKey(nameof(Depth));
        FileWalk walk = new(place.Files, finding => WriteFinding(guest, place.Volume, finding), CancellationToken);
        foreach (FileEntry entry in walk.Below(place.Entry, isDeep ? Depth : 0, Force))
        {
            Write(guest, place.Volume, entry, below, isNamed: false);
        }
    }

    private void Write(VmaGuest guest, GuestVolume volume, FileEntry entry, string? below, bool isNamed)
    {
        if (_filter is not null && !_filter.IsMatch(entry.Name.ToPathComponent()))
        {
            return;
        }

        VmaFile file = guest.ToFile(volume, entry, below);
        if (!isNamed && !Force && file.IsHidden)
        {
            return;
        }

        if (_stream is null)
        {
            WriteObject(Health && entry.Type == FileEntryType.File ? WithHealth(guest, file) : file);
            return;
        }

        Attempt(file.FullName, () =>
        {
            foreach (NamedStreamInfo stream in volume.GetFiles().ReadStreams(entry).Where(s => _stream.IsMatch(s.Name.ToString())))
            {
                WriteObject(new VmaFileStreamInfo(file, stream));
            }
        });
    }

    private static PSObject WithHealth(VmaGuest guest, VmaFile file)
    {
        VmaFileHealth health = guest.GetHealth(file);
        PSObject item = PSObject.AsPSObject(file);
        item.Properties.Add(new PSNoteProperty("Health", health.State));
        item.Properties.Add(new PSNoteProperty("LostRanges", health.LostRanges));
        return item;
    }
}
