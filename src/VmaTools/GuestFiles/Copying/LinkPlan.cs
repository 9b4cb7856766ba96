using System;
using System.Collections.Generic;

namespace VmaTools.GuestFiles.Copying;

/// <summary>
/// Tells which symbolic links stay within what is copied. That is found by following them through the planned tree, link by link:
/// the text of a target alone can lie.
/// </summary>
internal sealed class LinkPlan
{
    // More than any system follows.
    private const int MaxLinks = 64;

    private readonly Lazy<Dictionary<CopyName, CopyItem>> _items;

    /// <param name="items">All that is copied; looked at once there is a link.</param>
    public LinkPlan(IEnumerable<CopyItem> items) => _items = new(() =>
    {
        Dictionary<CopyName, CopyItem> byName = new(CopyName.ByGuest);
        foreach (CopyItem item in items)
        {
            byName[item.Name] = item;
        }

        return byName;
    });

    /// <summary>The target to be written for a link: relative, in the host's names; null where it leads outside.</summary>
    public string? TargetWithin(CopyItem link, GuestPath target)
    {
        if (!target.IsAbsolute && target.Names.Count == 0)
        {
            return ".";
        }

        if (Follow(link, target, MaxLinks) is null)
        {
            return null;
        }

        // Each name as the host has it; what is not in the plan leads nowhere, and is written as a name like any other.
        CopyName way = link.Name.Folder ?? CopyName.Root;
        List<string> names = [];
        foreach (RawName name in target.Names)
        {
            if (name.Bytes.SequenceEqual(".."u8))
            {
                names.Add("..");
                way = way.Folder ?? CopyName.Root;
                continue;
            }

            way = NameIn(way, name);
            names.Add(_items.Value.TryGetValue(way, out CopyItem? item) ? item.Name.HostName : way.HostName);
        }

        return string.Join("/", names);
    }

    /// <summary>Whether the link leads to a directory of the plan: Windows asks for that.</summary>
    public bool IsDirectory(CopyItem link, GuestPath target) =>
        Follow(link, target, MaxLinks) is { } way && _items.Value.TryGetValue(way, out CopyItem? item) && item.Entry.Type == FileEntryType.Directory;

    private static CopyName NameIn(CopyName folder, RawName name) => new(folder, name, HostNames.From(name, HostNames.AreWindows));

    /// <summary>Where a target leads, below the folder; null where it leaves it.</summary>
    private CopyName? Follow(CopyItem link, GuestPath target, int left)
    {
        if (target.IsAbsolute)
        {
            return null;
        }

        // Links that lead round in a circle lead nowhere else.
        CopyName way = link.Name.Folder ?? CopyName.Root;
        if (left == 0)
        {
            return way;
        }

        foreach (RawName name in target.Names)
        {
            if (name.Bytes.SequenceEqual(".."u8))
            {
                if (way.Folder is null)
                {
                    return null;
                }

                way = way.Folder;
                continue;
            }

            way = NameIn(way, name);
            if (_items.Value.TryGetValue(way, out CopyItem? item) && item.Entry.Type == FileEntryType.SymbolicLink)
            {
                GuestPath next;
                try
                {
                    next = GuestPath.ParseTarget(item.Place.Files.ReadLinkTarget(item.Entry), item.Place.Files.Kind == "ntfs");
                }
                catch (VmaException)
                {
                    return null;
                }

                if (Follow(item, next, left - 1) is not { } end)
                {
                    return null;
                }

                way = end;
            }
        }

        return way;
    }
}
