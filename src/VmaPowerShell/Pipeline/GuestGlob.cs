using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using VmaTools.GuestFiles;

namespace VmaTools.PowerShell;

/// <summary>Finds what a path with wildcards leads to in a guest, name by name.</summary>
internal sealed class GuestGlob
{
    private static readonly char[] Separators = ['/', '\\'];

    private readonly VmaGuest _guest;
    private readonly GuestVolume? _volume;
    private readonly Action<FileSystemFinding> _onFinding;

    public GuestGlob(VmaGuest guest, GuestVolume? volume, Action<FileSystemFinding> onFinding)
    {
        _guest = guest;
        _volume = volume;
        _onFinding = onFinding;
    }

    public IEnumerable<GuestPlace> Expand(string path)
    {
        string[] names = path.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        int first = Array.FindIndex(names, WildcardPattern.ContainsWildcardCharacters);
        string before = string.Join("/", names.Take(first));
        bool hasDrive = names.Length > 0 && names[0].Length == 2 && names[0][1] == ':';
        IEnumerable<GuestPlace> places = first == 0 && _volume is null
            ? _guest.Roots()
            : [_guest.Resolve(GuestPath.ParseLenient(hasDrive ? before + "/" : "/" + before), _volume?.Id, followLast: true)];
        for (int i = first; i < names.Length; i++)
        {
            string name = names[i];
            bool isLast = i == names.Length - 1;
            places = places.SelectMany(p => Match(p, name, isLast)).ToArray();
        }

        return places;
    }

    private IEnumerable<GuestPlace> Match(GuestPlace directory, string name, bool isLast)
    {
        if (directory.Entry.Type != FileEntryType.Directory)
        {
            return [];
        }

        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            return directory.Files.Find(directory.Entry, GuestPath.FromItemName(name)) is FileEntry found ? [directory with { Entry = found }] : [];
        }

        WildcardOptions options = WildcardOptions.CultureInvariant | (directory.Files.FoldsNames(directory.Entry) ? WildcardOptions.IgnoreCase : WildcardOptions.None);
        WildcardPattern pattern = WildcardPattern.Get(name, options);
        return new FileWalk(directory.Files, _onFinding, default).Below(directory.Entry, 0, withSystem: false)
            .Where(e => pattern.IsMatch(GuestItemName.Of(e.Name)) && (isLast || e.Type == FileEntryType.Directory))
            .Select(e => directory with { Entry = e });
    }
}
