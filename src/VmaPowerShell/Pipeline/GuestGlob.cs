using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Finds what a path with wildcards leads to in a guest, name by name.</summary>
internal sealed class GuestGlob
{
    private static readonly char[] Separators = ['/', '\\'];

    private readonly VmaGuest _guest;
    private readonly string? _volume;
    private readonly Action<string, FileSystemFinding> _onFinding;

    /// <param name="guest">The guest.</param>
    /// <param name="volume">The volume that paths begin at; null for the guest's own root.</param>
    /// <param name="onFinding">Hears of what cannot be read, and on which volume.</param>
    public GuestGlob(VmaGuest guest, string? volume, Action<string, FileSystemFinding> onFinding)
    {
        _guest = guest;
        _volume = volume;
        _onFinding = onFinding;
    }

    /// <summary>Whether a path has wildcards in any of its names.</summary>
    public static bool IsPattern(string path) => path.Split(Separators).Any(Patterns.IsOne);

    public IEnumerable<VmaFile> Expand(string path)
    {
        string[] names = path.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        int first = Array.FindIndex(names, Patterns.IsOne);
        string before = string.Join("/", names.Take(first));
        bool hasDrive = names.Length > 0 && names[0].Length == 2 && names[0][1] == ':';
        IEnumerable<VmaFile> places = first == 0 && _volume is null
            ? _guest.GetRoots()
            : [_guest.GetFile(GuestPath.ParseLenient(hasDrive ? before + "/" : "/" + before), _volume, followLast: true)];
        for (int i = first; i < names.Length; i++)
        {
            string name = names[i];
            bool isLast = i == names.Length - 1;
            places = places.SelectMany(p => Match(p, name, isLast)).ToArray();
        }

        return places;
    }

    private IEnumerable<VmaFile> Match(VmaFile directory, string name, bool isLast)
    {
        if (!directory.IsDirectory)
        {
            return [];
        }

        FileSystem files = _guest.OpenFileSystem(directory.Volume);
        FileEntry entry = directory.GetEntry();
        if (!Patterns.IsOne(name))
        {
            return files.Find(entry, GuestPath.FromItemName(name)) is FileEntry found ? [_guest.ToFile(directory.Volume, found)] : [];
        }

        WildcardOptions options = WildcardOptions.CultureInvariant | (files.FoldsNames(entry) ? WildcardOptions.IgnoreCase : WildcardOptions.None);
        WildcardPattern pattern = Patterns.Get(name, options);
        return new FileWalk(files, finding => _onFinding(directory.Volume, finding)).Below(entry, 0, withSystem: false)
            .Where(e => pattern.IsMatch(GuestPath.ToItemName(e.Name)) && (isLast || e.Type == FileEntryType.Directory))
            .Select(e => _guest.ToFile(directory.Volume, e));
    }
}
