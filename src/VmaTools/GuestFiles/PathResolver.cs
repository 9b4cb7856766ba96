using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.GuestFiles;

/// <summary>
/// Finds what a path in a guest leads to. Links, and on Windows junctions, are followed within the guest, never the host's; from
/// the guest's own root they lead across volumes by what the guest mounts where.
/// </summary>
internal sealed class PathResolver
{
    private const int MaxLinks = 40;

    private readonly IReadOnlyList<GuestVolume> _volumes;
    private readonly Func<IReadOnlyList<GuestSystem>> _findSystems;
    private readonly string _damage;
    private readonly string _locked;

    /// <summary>Finds places on volumes.</summary>
    /// <param name="volumes">The volumes.</param>
    /// <param name="systems">
    /// Gives the systems on them, and the volumes their letters with that. It opens every file system, and is asked where a path needs it.
    /// </param>
    /// <param name="warnings">What is odd about the disks: a path may be missing because of it.</param>
    public PathResolver(IReadOnlyList<GuestVolume> volumes, Func<IReadOnlyList<GuestSystem>> systems, IReadOnlyList<VolumeWarning> warnings)
    {
        VolumeWarning[] damage = warnings.Where(static w => w.Code == VmaCodes.VolumeDamaged).ToArray();
        _volumes = volumes;
        _findSystems = systems;
        _damage = damage.Length switch
        {
            0 => string.Empty,
            1 => $" {damage[0]}",
            _ => $" {damage[0]} There are {damage.Length - 1} more that are damaged.",
        };
        _locked = VolumeSet.LockedText(volumes.Select(static v => v.Volume));
    }

    /// <summary>The place that a path leads to.</summary>
    /// <param name="volume">The volume that the path begins at; null for the guest's own root, or the drive that the path names.</param>
    /// <param name="path">The path.</param>
    /// <param name="followLast">Whether a link in the last place is followed.</param>
    /// <exception cref="VmaException">There is no such place, or several; links lead round in a circle; something cannot be read.</exception>
    public GuestPlace Resolve(GuestVolume? volume, GuestPath path, bool followLast)
    {
        if (volume is null && path.Letter is char letter)
        {
            volume = VolumeOf(letter) ?? throw new VmaFileSystemException(
                VmaCodes.VolumeNotFound, $"No volume is known to have the letter {letter}:. There are: {Names(_volumes)}.{_locked}");
        }

        if (volume is not null)
        {
            return ResolveOn(volume, path, followLast);
        }

        IReadOnlyList<GuestSystem> systems = _findSystems();
        return systems.Count == 1 ? Resolve(systems[0], path, followLast) : ResolveAnywhere(systems, path, followLast);
    }

    /// <summary>The place that a path leads to in one of several systems.</summary>
    /// <inheritdoc cref="Resolve(GuestVolume?, GuestPath, bool)" path="/exception"/>
    public GuestPlace Resolve(GuestSystem system, GuestPath path, bool followLast) => new Walk(this, system, system.Root).Follow(path.Names, followLast, path);

    /// <summary>
    /// Begins where the volume is mounted unless another place is named. What is not below that, such as another subvolume, is found by its
    /// path from the top, as listings show it.
    /// </summary>
    private GuestPlace ResolveOn(GuestVolume volume, GuestPath path, bool followLast)
    {
        FileSystem files = volume.GetFiles();
        GuestPlace From(FileEntry root) => new Walk(this, null, new GuestPlace(volume, root)).Follow(path.Names, followLast, path);
        try
        {
            return From(files.DefaultRoot);
        }
        catch (VmaFileSystemException missing) when (missing.Code == VmaCodes.FileNotFound && files.DefaultRoot.Parent is not null)
        {
            try
            {
                return From(files.Root);
            }
            catch (VmaFileSystemException exception) when (exception.Code == VmaCodes.FileNotFound)
            {
                // That it is not where it was looked for first says more.
            }

            throw;
        }
    }

    /// <summary>Where a link leads to that was found by whatever way.</summary>
    /// <inheritdoc cref="Resolve(GuestVolume?, GuestPath, bool)" path="/exception"/>
    public GuestPlace Follow(GuestPlace link) => new Walk(this, null, link).FollowHere();

    /// <summary>Without a root that is known the path counts where just one volume has it.</summary>
    private GuestPlace ResolveAnywhere(IReadOnlyList<GuestSystem> systems, GuestPath path, bool followLast)
    {
        List<GuestPlace> found = [];
        List<VmaException> failures = [];
        IEnumerable<Walk> starts = systems.Count > 0
            ? systems.Select(s => new Walk(this, s, s.Root))
            : _volumes.Where(static v => v.TryGetFiles(out _) is not null).Select(v => new Walk(this, null, new GuestPlace(v, v.GetFiles().DefaultRoot)));
        foreach (Walk start in starts)
        {
            try
            {
                found.Add(start.Follow(path.Names, followLast, path));
            }
            catch (VmaException exception)
            {
                failures.Add(exception);
            }
        }

        if (found.Count == 1)
        {
            return found[0];
        }

        if (found.Count > 1)
        {
            throw new VmaFileSystemException(
                VmaCodes.VolumeAmbiguous, $"Several volumes have this path; name one: {Names(found.Select(static f => f.Volume))}.", TextOf(path.Names));
        }

        if (failures.Count == 0)
        {
            VmaException? why = null;
            foreach (GuestVolume volume in _volumes)
            {
                _ = volume.TryGetFiles(out VmaException? failure);
                why ??= failure;
            }

            throw _volumes.Count == 1 && why is not null
                ? why
                : new VmaFileSystemException(
                    _damage.Length > 0 ? VmaCodes.VolumeDamaged : _volumes.FirstOrDefault(static v => v.Volume.LockRefusal is not null)?.Volume.LockRefusal!.Code ?? VmaCodes.FileSystemNotSupported,
                    $"No volume of the backup has a file system that can be read. There are: {Names(_volumes)}.{_damage}{_locked}",
                    TextOf(path.Names));
        }

        // What went wrong otherwise than by not being there says more.
        throw failures.FirstOrDefault(static f => f.Code != VmaCodes.FileNotFound)
            ?? (failures.Count == 1 ? failures[0] : new VmaFileSystemException(
                VmaCodes.FileNotFound, $"No volume has this path. Looked into: {Names(_volumes.Where(static v => v.TryGetFiles(out _) is not null))}.{_damage}{_locked}", TextOf(path.Names)));
    }

    private GuestVolume? VolumeOf(char letter)
    {
        _ = _findSystems();
        if (_volumes.FirstOrDefault(v => v.Letter == letter) is GuestVolume volume)
        {
            return volume;
        }

        // A single system whose hive does not tell is on C:. A recovery partition is none, whatever it holds.
        GuestVolume[] systems = letter == 'C' && _volumes.All(static v => v.Letter is null)
            ? _volumes.Where(static v => v.Volume.FileSystemKind == "ntfs" && !IsRecovery(v.Volume) && HasWindows(v)).ToArray()
            : [];
        return systems.Length == 1 ? systems[0] : null;
    }

    /// <summary>True for a partition that holds what repairs a Windows, not one that is used.</summary>
    public static bool IsRecovery(DiskVolume volume) =>
        string.Equals(volume.Partition?.TypeId, "de94bba4-06d1-4d40-a16a-bfd50179d6ac", StringComparison.OrdinalIgnoreCase);

    private static bool HasWindows(GuestVolume volume)
    {
        try
        {
            return volume.TryGetFiles(out _) is FileSystem files && files.Find(files.Root, RawName.Parse("Windows")) is { Type: FileEntryType.Directory };
        }
        catch (VmaException)
        {
            return false;
        }
    }

    private static string Names(IEnumerable<GuestVolume> volumes)
    {
        string[] names = volumes.Select(static v => v.Id).Distinct().ToArray();
        return names.Length == 0 ? "none" : string.Join(", ", names.Take(20)) + (names.Length > 20 ? ", \u2026" : string.Empty);
    }

    private static string TextOf(IEnumerable<RawName> names) => "/" + string.Join("/", names.Select(static n => n.ToPathComponent()));

    /// <summary>One way from a root down, with everything above at hand for <c>..</c>.</summary>
    private sealed class Walk
    {
        private readonly PathResolver _resolver;
        private readonly List<GuestPlace> _way = [];

        // The names by which the way went down; the root has none, and a mounted directory keeps that of its mount point.
        private readonly List<RawName> _names = [];
        private GuestSystem? _system;
        private int _links;

        public Walk(PathResolver resolver, GuestSystem? system, GuestPlace root)
        {
            _resolver = resolver;
            _system = system;
            _way.Add(root);
        }

        private GuestPlace Here => _way[_way.Count - 1];

        public GuestPlace Follow(IReadOnlyList<RawName> names, bool followLast, GuestPath asked)
        {
            for (int i = 0; i < names.Count; i++)
            {
                if (names[i].Bytes.SequenceEqual(".."u8))
                {
                    Ascend();
                    continue;
                }

                GuestPlace directory = Here;
                if (directory.Entry.Type != FileEntryType.Directory)
                {
                    throw new VmaFileSystemException(VmaCodes.FileNotDirectory, "This is no directory.", directory.Entry.FullName, volume: directory.Volume.Id);
                }

                FileEntry entry = Find(directory, names[i]) ?? throw new VmaFileSystemException(
                    VmaCodes.FileNotFound, "There is no such file or directory in the guest.", Below(directory.Entry, names[i]), volume: directory.Volume.Id);
                if (entry.Type == FileEntryType.SymbolicLink && (followLast || i < names.Count - 1))
                {
                    FollowLink(new GuestPlace(directory.Volume, entry), asked);
                    continue;
                }

                _way.Add(new GuestPlace(directory.Volume, entry));
                _names.Add(names[i]);
                if (entry.Type == FileEntryType.Directory && _system is not null && _system.Mounts.Count > 0
                    && _system.Mounts.TryGetValue(TextOf(_names), out GuestPlace? mounted))
                {
                    _way[_way.Count - 1] = mounted;
                }
            }

            return Here;
        }

        /// <summary>Follows the link that it begins at, from the directory that it is in.</summary>
        public GuestPlace FollowHere()
        {
            GuestPlace link = Here;
            if (link.Entry.Type != FileEntryType.SymbolicLink)
            {
                return link;
            }

            _way.Clear();
            for (FileEntry? above = link.Entry.Parent; above is not null; above = above.Parent)
            {
                _way.Insert(0, new GuestPlace(link.Volume, above));
                if (above.Parent is not null)
                {
                    _names.Insert(0, above.Name);
                }
            }

            FollowLink(link, GuestPath.ParseExact(link.Entry.FullName));
            return Here;
        }

        private void FollowLink(GuestPlace link, GuestPath asked)
        {
            if (++_links > MaxLinks)
            {
                throw new VmaFileSystemException(
                    VmaCodes.FileLinkLoop, $"More than {MaxLinks} links on the way: they lead round in a circle.", TextOf(asked.Names), volume: link.Volume.Id);
            }

            RawName target = TargetOf(link);
            GuestPath path = GuestPath.ParseTarget(target, link.Files.Kind == "ntfs");
            if (path.IsAbsolute)
            {
                Restart(link, path);
            }

            try
            {
                IReadOnlyList<RawName> names = VolumeGuid(path) is null ? path.Names : path.Names.Skip(1).ToArray();
                Follow(names, followLast: true, asked);
            }
            catch (VmaFileSystemException exception) when (exception.Code == VmaCodes.FileNotFound)
            {
                throw new VmaFileSystemException(
                    VmaCodes.FileNotFound,
                    $"The link leads to {Printable.Short(target.ToString())}, which is not there.",
                    link.Entry.FullName,
                    volume: link.Volume.Id,
                    innerException: exception);
            }
        }

        /// <summary>Begins anew where an absolute target begins: at a drive, at the root of the guest, else at the volume's own.</summary>
        private void Restart(GuestPlace link, GuestPath path)
        {
            GuestVolume volume = link.Volume;
            if (path.Letter is char letter)
            {
                volume = _resolver.VolumeOf(letter) ?? throw new VmaFileSystemException(
                    VmaCodes.VolumeNotFound, $"The link leads to {letter}:, and no volume is known to have that letter.", link.Entry.FullName, volume: link.Volume.Id);
            }
            else if (VolumeGuid(path) is Guid guid)
            {
                volume = _resolver._volumes.FirstOrDefault(v => Guid.TryParse(v.Volume.Partition?.PartitionUuid, out Guid own) && own == guid)
                    ?? throw new VmaFileSystemException(
                        VmaCodes.VolumeNotFound, $"The link leads to the volume {guid:B}, which is not in the backup.", link.Entry.FullName, volume: link.Volume.Id);
            }
            else
            {
                _system ??= SystemOf(volume);
                if (_system is not null)
                {
                    Begin(_system.Root);
                    return;
                }
            }

            Begin(new GuestPlace(volume, volume.GetFiles().DefaultRoot));
        }

        private void Begin(GuestPlace root)
        {
            _way.Clear();
            _names.Clear();
            _way.Add(root);
        }

        private GuestSystem? SystemOf(GuestVolume volume) => _resolver._findSystems().FirstOrDefault(
            s => s.Root.Volume == volume || s.Mounts.Values.Any(m => m.Volume == volume));

        private static Guid? VolumeGuid(GuestPath path) =>
            path.Letter is null && path.Names.Count > 0
            && path.Names[0].ToString() is { Length: 44 } name
            && name.StartsWith("Volume{", StringComparison.OrdinalIgnoreCase)
            && Guid.TryParse(name.Substring(6), out Guid guid) ? guid : null;

        private void Ascend()
        {
            if (_way.Count > 1)
            {
                StepBack();
                return;
            }

            // Above a volume's root the guest's own tree goes on, where it is known.
            GuestPlace root = Here;
            if (_system is null && SystemOf(root.Volume) is GuestSystem system && system.Root.Volume != root.Volume)
            {
                string point = system.Mounts.First(m => m.Value.Volume == root.Volume).Key;
                _system = system;
                Begin(system.Root);
                Follow(GuestPath.ParseExact(point).Names, followLast: true, GuestPath.ParseExact(point));
                if (_way.Count > 1)
                {
                    StepBack();
                }
            }
        }

        private void StepBack()
        {
            _way.RemoveAt(_way.Count - 1);
            _names.RemoveAt(_names.Count - 1);
        }

        private static FileEntry? Find(GuestPlace directory, RawName name)
        {
            try
            {
                return directory.Files.Find(directory.Entry, name);
            }
            catch (VmaException exception)
            {
                throw GuestErrors.At(exception, directory.Volume, Below(directory.Entry, name));
            }
        }

        private static RawName TargetOf(GuestPlace link)
        {
            try
            {
                return link.Files.ReadLinkTarget(link.Entry);
            }
            catch (VmaException exception)
            {
                throw GuestErrors.At(exception, link.Volume, link.Entry.FullName);
            }
        }

        private static string Below(FileEntry directory, RawName name) =>
            (directory.Parent is null ? "/" : directory.FullName + "/") + name.ToPathComponent();
    }
}
