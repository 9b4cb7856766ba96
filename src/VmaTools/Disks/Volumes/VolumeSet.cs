using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Disks;
using VmaTools.Disks.Volumes;

namespace VmaTools;

/// <summary>
/// The volumes on the disks of a guest: partitions, logical volumes, arrays, disks without a table, whatever they hold. Logical
/// volumes and arrays are put together over all of the disks.
/// </summary>
/// <remarks>
/// Volume groups and arrays are told apart by their UUIDs. Where two would get the same id, as those of a disk and its clone do,
/// further ones end in <c>~2</c>, <c>~3</c> … and a warning tells so.
/// </remarks>
public sealed class VolumeSet : IDisposable
{
    private readonly IReadOnlyList<DiskBytes> _owned;

    private VolumeSet(VolumeFinder finder, IEnumerable<DiskBytes> disks)
    {
        _owned = [.. finder.Unlocked, .. disks];
        Volumes = finder.Volumes.ToArray();
        Warnings = finder.Warnings.Concat(Volumes.SelectMany(static v => v.Warnings)).ToArray();
    }

    /// <summary>The volumes: those of each disk in order, then arrays and logical volumes.</summary>
    public IReadOnlyList<DiskVolume> Volumes { get; }

    /// <summary>What is odd about the disks, volume groups and volumes.</summary>
    public IReadOnlyList<VolumeWarning> Warnings { get; }

    /// <summary>Finds the volumes on disks. No content makes it fail: what is odd is told in <see cref="Warnings"/>.</summary>
    /// <param name="disks">The disks, whose names should differ. Nobody else may move their positions.</param>
    /// <param name="leaveOpen">Whether the streams stay open when the set is disposed.</param>
    /// <param name="secrets">What locked volumes are opened with; null where they stay locked. Needed only until this returns.</param>
    /// <param name="cancellationToken">Ends it early: making keys of passphrases takes seconds for each.</param>
    /// <exception cref="IOException">A disk cannot be read.</exception>
    public static VolumeSet Open(
        IEnumerable<VolumeDisk> disks, bool leaveOpen = false, VolumeSecrets? secrets = null, CancellationToken cancellationToken = default)
    {
        if (disks is null)
        {
            throw new ArgumentNullException(nameof(disks));
        }

        List<KeyValuePair<string, DiskBytes>> opened = [];
        foreach (VolumeDisk disk in disks)
        {
            opened.Add(new KeyValuePair<string, DiskBytes>(disk.Name, new StreamDiskBytes(disk.Content, leaveOpen: leaveOpen)));
        }

        return Open(opened, secrets, cancellationToken);
    }

    /// <summary>The volume of that name; see <see cref="FindAll"/> for what names there are.</summary>
    /// <exception cref="VmaFileSystemException">
    /// There is none (<see cref="VmaCodes.VolumeNotFound"/>), or several fit (<see cref="VmaCodes.VolumeAmbiguous"/>); the message
    /// lists the candidates.
    /// </exception>
    public DiskVolume Find(string name)
    {
        IReadOnlyList<DiskVolume> found = FindAll(name);
        if (found.Count == 1)
        {
            return found[0];
        }

        string text = Printable.Short(name);
        throw found.Count == 0
            ? new VmaFileSystemException(VmaCodes.VolumeNotFound, $"There is no volume \"{text}\". There are: {List(Volumes)}.{LockedText(Volumes)}")
            : new VmaFileSystemException(VmaCodes.VolumeAmbiguous, $"Several volumes fit \"{text}\": {List(found)}.");
    }

    /// <summary>
    /// The volumes that a name fits: the id; else the short form (<c>p2</c>, <c>root</c>, the name of an array) or the path of a
    /// device (<c>/dev/mapper/vg-lv</c>, <c>/dev/vg/lv</c>, <c>/dev/md0</c>); else a UUID of file system, volume or partition; else a
    /// label of file system or partition. <c>UUID=</c>, <c>LABEL=</c>, <c>PARTUUID=</c>, <c>PARTLABEL=</c> ask for one of them alone.
    /// </summary>
    public IReadOnlyList<DiskVolume> FindAll(string name)
    {
        if (name is null)
        {
            throw new ArgumentNullException(nameof(name));
        }

        return VolumeLookup.Find(Volumes, name);
    }

    /// <summary>The only volume of that short form, which no file system has a say in; null where there is none, or several.</summary>
    internal DiskVolume? FindNamed(string name) => VolumeLookup.FindNamed(Volumes, name) is { Count: 1 } found ? found[0] : null;

    /// <summary>Closes the disks, wipes the keys of what was unlocked, and closes with them every stream and file system that was opened from them.</summary>
    public void Dispose()
    {
        foreach (DiskBytes disk in _owned)
        {
            disk.Dispose();
        }
    }

    /// <summary>Finds the volumes on disks, which are disposed with the set.</summary>
    internal static VolumeSet Open(
        IReadOnlyList<KeyValuePair<string, DiskBytes>> disks, VolumeSecrets? secrets = null, CancellationToken cancellationToken = default)
    {
        VolumeFinder finder = new(secrets, cancellationToken);
        try
        {
            finder.Find(disks);
        }
        catch
        {
            finder.Unlocked.ForEach(static u => u.Dispose());
            throw;
        }

        return new VolumeSet(finder, disks.Select(static d => d.Value));
    }

    /// <summary>A sentence about volumes that are locked, with a space before it: what is in them was not looked at. Empty where there is none.</summary>
    internal static string LockedText(IEnumerable<DiskVolume> volumes)
    {
        DiskVolume[] locked = volumes.Where(static v => v.LockRefusal is not null).ToArray();
        return locked.Length == 0 ? string.Empty : $" Encrypted, and not looked into: {List(locked)}.";
    }

    private static string List(IReadOnlyList<DiskVolume> volumes)
    {
        const int Told = 50;
        string text = string.Join(", ", volumes.Take(Told).Select(static v => Printable.Short(v.Id)));
        return volumes.Count == 0 ? "none" : volumes.Count > Told ? text + ", \u2026" : text;
    }
}
