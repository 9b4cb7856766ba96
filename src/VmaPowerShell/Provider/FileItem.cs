using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using VmaTools.GuestFiles;

namespace VmaTools.PowerShell;

/// <summary>A file, directory or link of a guest.</summary>
internal sealed class FileItem : DriveItem
{
    private readonly DriveSession _session;
    private readonly GuestPlace _place;
    private readonly string? _listedBelow;

    /// <param name="session">The archive.</param>
    /// <param name="place">The entry.</param>
    /// <param name="listedBelow">The directory whose listing it is in; null where it was named itself.</param>
    public FileItem(DriveSession session, GuestPlace place, string? listedBelow)
    {
        _session = session;
        _place = place;
        _listedBelow = listedBelow;
    }

    /// <summary>True for a directory. A link that leads to one is gone into by its path, but is listed as a link.</summary>
    public override bool IsContainer => _place.Entry.Type == FileEntryType.Directory;

    public override PSObject Value => PSObject.AsPSObject(_session.Guest.ToFile(_place.Volume, _place.Entry, _listedBelow));

    public override IEnumerable<(string Name, DriveItem Item)> Children(DriveListing listing) => Below(listing, depth: 0);

    /// <summary>What lies below, each before what is below it, links not followed.</summary>
    /// <param name="listing">What is listed.</param>
    /// <param name="depth">How many levels more than the first are gone into.</param>
    /// <returns>Names, with those of the directories on the way in front where there are such.</returns>
    public IEnumerable<(string Name, DriveItem Item)> Below(DriveListing listing, int depth)
    {
        if (AsDirectory() is not FileItem directory)
        {
            yield break;
        }

        GuestVolume volume = directory._place.Volume;
        FileEntry top = directory._place.Entry;
        string below = top.FullName;
        FileWalk walk = new(directory._place.Files, finding => Tell(finding, volume, listing), listing.CancellationToken);
        Stack<(FileEntry Directory, string Path)> way = new();
        way.Push((top, string.Empty));
        foreach (FileEntry entry in walk.Below(top, depth, listing.WithHidden))
        {
            while (way.Count > 1 && way.Peek().Directory != entry.Parent)
            {
                way.Pop();
            }

            string path = way.Peek().Path + GuestItemName.Of(entry.Name);
            if (entry.Type == FileEntryType.Directory && depth > 0)
            {
                way.Push((entry, path + "/"));
            }

            FileItem item = new(_session, new GuestPlace(volume, entry), below);
            if (listing.WithHidden || !VmaFile.IsHiddenEntry(entry))
            {
                yield return (path, item);
            }
        }
    }

    public override DriveItem? Find(string name) =>
        AsDirectory() is FileItem directory
            && directory._place.Files.Find(directory._place.Entry, GuestPath.FromItemName(name)) is FileEntry entry
            ? new FileItem(_session, new GuestPlace(directory._place.Volume, entry), null)
            : null;

    public override FileItem? AsDirectory()
    {
        if (_place.Entry.Type == FileEntryType.SymbolicLink)
        {
            GuestPlace target = _session.Guest.Follow(_place);
            return target.Entry.Type == FileEntryType.Directory ? new FileItem(_session, target, null) : null;
        }

        return _place.Entry.Type == FileEntryType.Directory ? this : null;
    }

    public override DriveContent? OpenContent(string? stream)
    {
        GuestPlace place = _place.Entry.Type == FileEntryType.SymbolicLink ? _session.Guest.Follow(_place) : _place;
        if (place.Entry.Type == FileEntryType.Directory && stream is null)
        {
            return null;
        }

        Stream content = place.Files.OpenRead(place.Entry, stream is null ? default : RawName.Parse(stream));
        return new DriveContent(content, 0, content.Length, MayBeText: true);
    }

    private void Tell(FileSystemFinding finding, GuestVolume volume, DriveListing listing)
    {
        if (finding.Severity == VmaSeverity.Error)
        {
            listing.OnError(new VmaFileSystemException(
                finding.Code, finding.Message, finding.Path, finding.VolumeOffset, _session.Archive.ArchivePath, volume.Id));
        }
    }
}
