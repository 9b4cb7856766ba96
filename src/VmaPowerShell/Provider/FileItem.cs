using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A file, directory or link of a guest.</summary>
internal sealed class FileItem : DriveItem
{
    private readonly DriveSession _session;
    private readonly string _volume;
    private readonly FileEntry _entry;
    private readonly Lazy<VmaFile> _file;

    /// <param name="session">The archive.</param>
    /// <param name="volume">The id of the volume that it is on.</param>
    /// <param name="entry">The entry.</param>
    public FileItem(DriveSession session, string volume, FileEntry entry)
    {
        _session = session;
        _volume = volume;
        _entry = entry;
        _file = new Lazy<VmaFile>(() => _session.Guest.ToFile(_volume, _entry));
    }

    /// <param name="session">The archive.</param>
    /// <param name="file">The file, as it was listed or found.</param>
    private FileItem(DriveSession session, VmaFile file)
    {
        _session = session;
        _volume = file.Volume;
        _entry = file.GetEntry();
        _file = new Lazy<VmaFile>(() => file);
    }

    /// <summary>True for a directory. A link that leads to one is gone into by its path, but is listed as a link.</summary>
    public override bool IsContainer => _entry.Type == FileEntryType.Directory;

    public override PSObject Value => PSObject.AsPSObject(_file.Value);

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

        IEnumerable<VmaFile> files = _session.Guest.ReadDirectory(
            directory._file.Value, depth, listing.WithHidden, finding => Tell(finding, directory._volume, listing), listing.CancellationToken);
        Stack<(FileEntry Directory, string Path)> way = new();
        way.Push((directory._entry, string.Empty));
        foreach (VmaFile file in files)
        {
            FileEntry entry = file.GetEntry();
            while (way.Count > 1 && way.Peek().Directory != entry.Parent)
            {
                way.Pop();
            }

            string path = way.Peek().Path + GuestPath.ToItemName(entry.Name);
            if (file.IsDirectory && depth > 0)
            {
                way.Push((entry, path + "/"));
            }

            if (listing.WithHidden || !file.IsHidden)
            {
                yield return (path, new FileItem(_session, file));
            }
        }
    }

    public override DriveItem? Find(string name) =>
        AsDirectory() is FileItem directory
            && _session.Guest.OpenFileSystem(directory._volume).Find(directory._entry, GuestPath.FromItemName(name)) is FileEntry entry
            ? new FileItem(_session, directory._volume, entry)
            : null;

    public override FileItem? AsDirectory()
    {
        if (_entry.Type == FileEntryType.SymbolicLink)
        {
            VmaFile target = _session.Guest.Follow(_file.Value);
            return target.IsDirectory ? new FileItem(_session, target) : null;
        }

        return IsContainer ? this : null;
    }

    public override DriveContent? OpenContent(string? stream)
    {
        VmaFile file = _entry.Type == FileEntryType.SymbolicLink ? _session.Guest.Follow(_file.Value) : _file.Value;
        if (file.IsDirectory && stream is null)
        {
            return null;
        }

        Stream content = _session.Guest.OpenRead(file, stream is null ? default : RawName.Parse(stream));
        return new DriveContent(content, 0, content.Length, MayBeText: true);
    }

    private void Tell(FileSystemFinding finding, string volume, DriveListing listing)
    {
        if (finding.Severity == VmaSeverity.Error)
        {
            listing.OnError(finding.ToException(volume, _session.Archive.ArchivePath));
        }
    }
}
