using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace VmaTools.GuestFiles.Copying;

/// <summary>What is to be copied: directories before what is in them, each place once, no two things to one name.</summary>
internal sealed class CopyPlan
{
    private readonly Func<RawName, string> _nameOf;
    private readonly Dictionary<CopyName, CopyItem> _byTarget;
    private readonly HashSet<(string Target, string Volume, string Path)> _refused = [];
    private readonly List<CopyItem> _items = [];

    /// <param name="isWindows">Whether names follow Windows' rules: characters, and that case tells no two apart.</param>
    public CopyPlan(bool isWindows)
        : this(name => HostNames.From(name, isWindows), isWindows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal)
    {
    }

    private CopyPlan(Func<RawName, string> nameOf, StringComparer comparer)
    {
        _nameOf = nameOf;
        _byTarget = new(CopyName.ByHost(comparer));
    }

    /// <summary>A plan for a tar archive, whose names need not be fit for any system.</summary>
    public static CopyPlan ForTar() => new(TarNames.Text, StringComparer.Ordinal);

    /// <summary>The items, in the order they were added.</summary>
    public IReadOnlyList<CopyItem> Items => _items;

    /// <summary>Entries that another one stands in the way of.</summary>
    public List<(GuestPlace Place, VmaException Error)> Refused { get; } = [];

    /// <summary>What could not be read while directories were gone through.</summary>
    public List<(GuestVolume Volume, FileSystemFinding Finding)> Findings { get; } = [];

    /// <summary>Adds an entry, and for a directory all that is below it.</summary>
    /// <param name="place">The entry.</param>
    /// <param name="names">Its names below the target folder, as the guest has them; empty for the folder itself.</param>
    /// <param name="named">What has these names: the entry, or a link that leads to it.</param>
    /// <param name="recurse">Whether a directory's content comes with it.</param>
    /// <param name="flatten">Whether everything goes into one folder.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Add(GuestPlace place, IReadOnlyList<RawName> names, GuestPlace named, bool recurse, bool flatten, CancellationToken cancellationToken)
    {
        CopyName name = flatten && names.Count > 0 ? NameIn(CopyName.Root, names[names.Count - 1]) : names.Aggregate(CopyName.Root, NameIn);
        if (place.Entry.Type != FileEntryType.Directory)
        {
            AddParents(named, name);
            AddOne(place, name);
            return;
        }

        if (!flatten && name.Folder is not null)
        {
            AddParents(named, name);
            AddOne(place, name);
        }

        if (recurse)
        {
            AddBelow(place, flatten ? CopyName.Root : name, flatten, cancellationToken);
        }
    }

    /// <summary>Whether something of the plan goes to that name.</summary>
    public bool Takes(CopyName name) => _byTarget.ContainsKey(name);

    /// <summary>The files, by where their contents lie, so that they can be read in that order; names of one content together.</summary>
    public IReadOnlyList<ArraySegment<CopyItem>> ContentsByLocation(CancellationToken cancellationToken)
    {
        IReadOnlyList<CopyItem> files = FilesByLocation(cancellationToken);
        ILookup<(string Volume, ulong Id), CopyItem> shared = files.Where(static f => f.HasOtherNames).ToLookup(static f => f.Content);
        CopyItem[] names = new CopyItem[files.Count];
        List<ArraySegment<CopyItem>> contents = new(files.Count);
        int end = 0;
        foreach (CopyItem file in files)
        {
            int start = end;
            if (!file.HasOtherNames)
            {
                names[end++] = file;
            }
            else if (shared[file.Content].First() == file)
            {
                foreach (CopyItem name in shared[file.Content])
                {
                    names[end++] = name;
                }
            }

            if (end > start)
            {
                contents.Add(new ArraySegment<CopyItem>(names, start, end - start));
            }
        }

        return contents;
    }

    /// <summary>Reads where contents lie, so that they can be read in that order.</summary>
    public IReadOnlyList<CopyItem> FilesByLocation(CancellationToken cancellationToken)
    {
        List<CopyItem> files = _items.Where(static i => i.Entry.Type == FileEntryType.File).ToList();
        foreach (CopyItem item in files.Where(static i => i.Entry.Length > 0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                item.Location = item.Place.Files.ReadAllocation(item.Entry).FirstOrDefault(static e => e.VolumeOffset is not null).VolumeOffset ?? 0;
            }
            catch (VmaException)
            {
                // The copy will meet the same error, and tell it.
                item.Location = 0;
            }
        }

        return files.OrderBy(static i => i.Place.Volume.Id, StringComparer.Ordinal).ThenBy(static i => i.Location).ToArray();
    }

    private static int DepthOf(FileEntry entry)
    {
        int depth = 0;
        for (FileEntry? e = entry; e.Parent is not null; e = e.Parent)
        {
            depth++;
        }

        return depth;
    }

    private CopyName NameIn(CopyName folder, RawName name) => new(folder, name, _nameOf(name));

    /// <summary>All that is below a directory.</summary>
    private void AddBelow(GuestPlace directory, CopyName name, bool flatten, CancellationToken cancellationToken)
    {
        int depth = DepthOf(directory.Entry);

        // A walk gives a directory before what is in it, so the last one of each depth is the folder of what comes one deeper.
        List<CopyName> folders = [name];
        FileWalk walk = new(directory.Files, finding => Findings.Add((directory.Volume, finding)), cancellationToken);
        foreach (FileEntry entry in walk.Below(directory.Entry, int.MaxValue, withSystem: false))
        {
            GuestPlace place = new(directory.Volume, entry);
            if (flatten)
            {
                if (entry.Type != FileEntryType.Directory)
                {
                    AddOne(place, NameIn(name, entry.Name));
                }

                continue;
            }

            int level = DepthOf(entry) - depth;
            CopyName own = NameIn(folders[level - 1], entry.Name);
            AddOne(place, own);
            if (entry.Type == FileEntryType.Directory)
            {
                folders.RemoveRange(level, folders.Count - level);
                folders.Add(own);
            }
        }
    }

    /// <summary>Directories on the way to an entry that was asked for by a longer path come along, without their other content.</summary>
    private void AddParents(GuestPlace place, CopyName name)
    {
        FileEntry? entry = place.Entry.Parent;
        Stack<(FileEntry Entry, CopyName Name)> parents = new();
        for (CopyName? folder = name.Folder; folder?.Folder is not null && entry is { Parent: not null }; folder = folder.Folder, entry = entry.Parent)
        {
            parents.Push((entry, folder));
        }

        foreach ((FileEntry parent, CopyName folder) in parents)
        {
            AddOne(new GuestPlace(place.Volume, parent), folder);
        }
    }

    private void AddOne(GuestPlace place, CopyName name)
    {
        if (name.Folder is null)
        {
            return;
        }

        CopyItem item = new(place, name);
        if (place.Entry is { IsDeleted: true, Type: not FileEntryType.Directory }
            && _byTarget.TryGetValue(name, out CopyItem? taker) && !(taker.Entry.IsDeleted && taker.Content == item.Content))
        {
            // Many files may have been deleted one after the other under one name.
            item = new CopyItem(place, NameIn(name.Folder, RawName.Parse($"{name.Name}~{place.Entry.Id}")));
        }

        if (!_byTarget.TryGetValue(item.Name, out CopyItem? other))
        {
            _byTarget.Add(item.Name, item);
            _items.Add(item);
            return;
        }

        // Two directories of one name are one directory; anything else would be lost.
        bool areSame = other.Place.Volume == place.Volume && other.Entry.FullName == place.Entry.FullName;
        bool areMerged = other.Entry.Type == FileEntryType.Directory && place.Entry.Type == FileEntryType.Directory && other.Place.Volume != place.Volume;
        if (!areSame && !areMerged && _refused.Add((item.RelativeTarget, place.Volume.Id, place.Entry.FullName)))
        {
            Refused.Add((place, new VmaFileSystemException(
                VmaCodes.OutputNameCollision,
                $"It would be written to {item.RelativeTarget}, where {other.Entry.FullName} goes.",
                place.Entry.FullName,
                volume: place.Volume.Id)));
        }
    }
}
