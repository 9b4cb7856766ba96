using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Disks;
using VmaTools.GuestFiles;

namespace VmaTools;

/// <summary>
/// The disks of the guest in an archive, opened: its volumes over all of them, and their files. Holds the archive open until it
/// is disposed.
/// </summary>
public sealed class VmaGuest : IDisposable
{
    private readonly List<GuestVolume> _volumes;
    private readonly bool _withSubvolumes;
    private readonly object _gate = new();
    private IReadOnlyList<GuestSystem>? _systems;
    private IReadOnlyList<GuestVolume>? _subvolumes;

    private readonly IReadOnlyDictionary<VmaDevice, string> _disks;

    private VmaGuest(VmaArchive archive, VolumeSet set, IReadOnlyDictionary<VmaDevice, string> disks, FileSystemOptions options)
    {
        Archive = archive;
        Disks = set;
        _disks = disks;
        _volumes = set.Volumes.Select(v => new GuestVolume(v, options)).ToList();
        _withSubvolumes = options.WithSubvolumes;
        IEnumerable<string> warnings = set.Warnings.Where(w => set.Volumes.All(v => v.Id != w.Volume)).Select(static w => w.ToString());
        bool isIncomplete = set.Warnings.Any(static w => w.Code == VmaCodes.VolumeMemberMissing);
        Warnings = [.. warnings, .. isIncomplete ? ExcludedDisks.Explain(archive) : []];
    }

    /// <summary>The archive.</summary>
    public VmaArchive Archive { get; }

    /// <summary>Sentences about what is odd with partition tables, volume groups and arrays.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The volumes; with the option for it each with its subvolumes behind it.</summary>
    internal IReadOnlyList<GuestVolume> GuestVolumes => _withSubvolumes
        ? _volumes.SelectMany(v => Subvolumes().Where(s => s.Volume == v.Volume && s.Subvolume!.Length > 0).Prepend(v)).ToArray()
        : _volumes;

    /// <summary>The disks and the volumes on them, without what the archive knows of them. They stay open as long as the guest.</summary>
    public VolumeSet Disks { get; }

    /// <summary>The systems on the volumes.</summary>
    internal IReadOnlyList<GuestSystem> GuestSystems => Systems();

    /// <summary>Opens the disks of an archive and finds the volumes on them.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="options">How file systems are opened; null for the defaults.</param>
    /// <param name="progress">Hears how far building the map or the index has come, where that must be done first.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">The archive cannot be read at any offset, or has changed.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public static VmaGuest Open(
        VmaArchive archive,
        FileSystemOptions? options = null,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (archive is null)
        {
            throw new ArgumentNullException(nameof(archive));
        }

        List<KeyValuePair<string, DiskBytes>> disks = [];
        Dictionary<VmaDevice, string> names = [];
        try
        {
            foreach (VmaDevice device in archive.Devices.Where(static d => !d.IsVmstate))
            {
                cancellationToken.ThrowIfCancellationRequested();
                names.Add(device, NameFor(device, names.Values));
                disks.Add(new KeyValuePair<string, DiskBytes>(names[device], new StreamDiskBytes(device.OpenRead(progress, cancellationToken))));
            }

            return new VmaGuest(archive, VolumeSet.Open(disks, options?.Secrets, cancellationToken), names, options ?? new FileSystemOptions());
        }
        catch
        {
            disks.ForEach(static d => d.Value.Dispose());
            throw;
        }
    }

    /// <summary>The volumes, in the order of the disks, with what their file systems say.</summary>
    public IReadOnlyList<VmaVolume> GetVolumes() => GuestVolumes.Select(FactsOf).ToArray();

    /// <summary>What is known of one volume.</summary>
    /// <param name="name">Id, short form, letter, mount point, label or uuid.</param>
    /// <exception cref="VmaException">There is no such volume, or several.</exception>
    public VmaVolume GetVolume(string name) => FactsOf(FindVolume(name ?? throw new ArgumentNullException(nameof(name))));

    /// <summary>The id of a volume. By its id or short form it is found without opening any file system, otherwise all of them are.</summary>
    /// <inheritdoc cref="GetVolume" path="/param"/>
    /// <inheritdoc cref="GetVolume" path="/exception"/>
    public string GetVolumeId(string name) => FindVolume(name ?? throw new ArgumentNullException(nameof(name))).Id;

    /// <summary>The volume groups: what has the first part of its volumes' ids in common and is neither a device nor a volume itself.</summary>
    public IReadOnlyList<VmaVolumeGroup> GetVolumeGroups() => GuestVolumes
        .GroupBy(static v => v.Id.Split('/')[0])
        .Where(g => !_disks.Values.Contains(g.Key) && g.All(v => v.Id != g.Key))
        .Select(g => new VmaVolumeGroup(Archive, g.Key, g.Select(FactsOf)))
        .ToArray();

    /// <summary>The name of a device among the disks, which ids of volumes begin with: its own, unless another before it has the same.</summary>
    public string GetDiskName(VmaDevice device) => device is null
        ? throw new ArgumentNullException(nameof(device))
        : _disks[_disks.Keys.First(d => d.DeviceId == device.DeviceId)];

    /// <summary>The file system of a volume.</summary>
    /// <param name="volume">Id, short form, letter, mount point, label or uuid.</param>
    /// <exception cref="VmaException">There is no such volume, or several, or its file system cannot be read.</exception>
    public FileSystem OpenFileSystem(string volume) => FindVolume(volume).GetFiles();

    /// <summary>The entry that a path in the guest leads to.</summary>
    /// <param name="path">The path; <c>\xNN</c> is a byte. <c>C:/…</c> begins at that drive.</param>
    /// <param name="volume">The volume it begins at; null for the guest's own root.</param>
    /// <param name="followLast">Whether a link in the last place is followed.</param>
    /// <exception cref="VmaException">There is no such entry, or several.</exception>
    public VmaFile GetFile(string path, string? volume = null, bool followLast = false) =>
        ToFile(Resolve(GuestPath.ParseExact(path ?? throw new ArgumentNullException(nameof(path))), volume, followLast));

    /// <summary>The same for a path that was read in some form.</summary>
    /// <param name="path">The path.</param>
    /// <param name="volume">The volume it begins at; null for the guest's own root.</param>
    /// <param name="followLast">Whether a link in the last place is followed.</param>
    /// <exception cref="VmaException">There is no such entry, or several.</exception>
    public VmaFile GetFile(GuestPath path, string? volume = null, bool followLast = false) =>
        ToFile(Resolve(path ?? throw new ArgumentNullException(nameof(path)), volume, followLast));

    /// <summary>The root directories that a path without a volume can begin at.</summary>
    public IReadOnlyList<VmaFile> GetRoots()
    {
        IReadOnlyList<GuestSystem> systems = Systems();
        return systems.Count > 0
            ? systems.Select(s => ToFile(s.Root)).ToArray()
            : _volumes.Where(static v => v.TryGetFiles(out _) is not null).Select(v => ToFile(new GuestPlace(v, v.GetFiles().DefaultRoot))).ToArray();
    }

    /// <summary>The directory at the very top of a volume; of Btrfs that above the subvolume which is mounted unless another is named.</summary>
    /// <param name="volume">Id, short form, letter, mount point, label or uuid.</param>
    /// <exception cref="VmaException">There is no such volume, or several, or its file system cannot be read.</exception>
    public VmaFile GetRoot(string volume)
    {
        GuestVolume found = FindVolume(volume ?? throw new ArgumentNullException(nameof(volume)));
        return ToFile(new GuestPlace(found, found.GetFiles().Root));
    }

    /// <summary>An entry by its exact path from the top of a volume, and its number. No link is followed, no name folded.</summary>
    /// <param name="volume">The id of the volume.</param>
    /// <param name="fullName">The path, as <see cref="VmaFile.FullName"/> has it.</param>
    /// <param name="id">The number of the inode or record; null for any.</param>
    /// <exception cref="VmaException">There is no such entry.</exception>
    public VmaFile GetExactFile(string volume, string fullName, ulong? id)
    {
        GuestVolume place = FindVolume(volume ?? throw new ArgumentNullException(nameof(volume)));
        FileSystem files = place.GetFiles();
        FileEntry? entry = files.Root;
        foreach (RawName name in GuestPath.ParseExact(fullName ?? throw new ArgumentNullException(nameof(fullName))).Names)
        {
            entry = entry is { Type: FileEntryType.Directory } ? files.Find(entry, name) : null;
            if (entry is null)
            {
                break;
            }
        }

        return entry is not null && entry.Id == (id ?? entry.Id) && entry.FullName == fullName
            ? ToFile(new GuestPlace(place, entry))
            : throw new VmaFileSystemException(
                VmaCodes.FileNotFound, "The file that was told of is not there.", fullName, path: Archive.ArchivePath, volume: place.Id);
    }

    /// <summary>An entry that the file system of a volume gave, as the file that it is in this guest.</summary>
    /// <param name="volume">The id of the volume.</param>
    /// <param name="entry">An entry of its file system (<see cref="OpenFileSystem"/>).</param>
    /// <exception cref="VmaException">There is no such volume, or its file system cannot be read.</exception>
    public VmaFile ToFile(string volume, FileEntry entry) => ToFile(new GuestPlace(
        FindVolume(volume ?? throw new ArgumentNullException(nameof(volume))), entry ?? throw new ArgumentNullException(nameof(entry))));

    /// <summary>Where a link in the guest leads to.</summary>
    /// <exception cref="VmaException">It leads nowhere, or round in a circle.</exception>
    public VmaFile Follow(VmaFile link)
    {
        if (link is null)
        {
            throw new ArgumentNullException(nameof(link));
        }

        return ToFile(Follow(new GuestPlace(VolumeOf(link), link.Entry)));
    }

    /// <summary>The entry that one argument names, as <c>vma ls</c> takes it: a path in the guest, or one on a volume of it.</summary>
    /// <param name="place">
    /// Such as <c>/etc</c>, <c>C:\Users</c> or <c>debian-vg/root:/etc</c>; <c>\xNN</c> is a byte. The volume ends at the first colon that a
    /// slash or backslash follows.
    /// </param>
    /// <param name="followLast">Whether a link in the last place is followed.</param>
    /// <exception cref="VmaException">There is no such entry or volume, or several.</exception>
    public VmaFile Resolve(string place, bool followLast = false)
    {
        GuestPath path = GuestPath.ParseArgument(place ?? throw new ArgumentNullException(nameof(place)), out string? volume);
        return ToFile(Resolve(path, volume, followLast));
    }

    /// <summary>
    /// The entry that a listing of a place begins at. A link is listed itself, wherever it leads, unless that is a directory: then what is in
    /// there is.
    /// </summary>
    /// <inheritdoc cref="Resolve(string, bool)" path="/param[@name='place']"/>
    /// <inheritdoc cref="Resolve(string, bool)" path="/exception"/>
    public VmaFile ResolveToList(string place)
    {
        GuestPath path = GuestPath.ParseArgument(place ?? throw new ArgumentNullException(nameof(place)), out string? volume);
        return ToFile(PlaceToList(path, volume));
    }

    /// <inheritdoc cref="ResolveToList(string)"/>
    /// <param name="path">The path.</param>
    /// <param name="volume">The volume it begins at; null for the guest's own root.</param>
    public VmaFile ResolveToList(GuestPath path, string? volume) => ToFile(PlaceToList(path ?? throw new ArgumentNullException(nameof(path)), volume));

    /// <summary>The entries of a directory, and with a depth of those below it; each before what is below it.</summary>
    /// <param name="directory">A directory of this guest.</param>
    /// <param name="depth">How many levels more than the first are gone into.</param>
    /// <param name="withSystem">Whether what belongs to the file system itself, such as <c>$MFT</c>, is listed.</param>
    /// <param name="onFinding">Hears of what cannot be read, in the place where it is met.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public IEnumerable<VmaFile> ReadDirectory(
        VmaFile directory,
        int depth = 0,
        bool withSystem = false,
        Action<FileSystemFinding>? onFinding = null,
        CancellationToken cancellationToken = default)
    {
        if (directory is null)
        {
            throw new ArgumentNullException(nameof(directory));
        }

        GuestVolume volume = VolumeOf(directory);
        FileWalk walk = new(
            volume.GetFiles(),
            finding => onFinding?.Invoke(finding with { Device = finding.Device ?? volume.Volume.Disk }),
            cancellationToken);
        return walk.Below(directory.Entry, depth, withSystem)
            .Select(e => new VmaFile(Archive, volume.Id, volume.GetFiles(), e) { ListedBelow = directory.FullName });
    }

    /// <summary>What was deleted below a directory, or has no name that leads to it, as far as the file system still tells of it.</summary>
    /// <param name="directory">A directory of this guest. What lay below one that is lost counts as below the root.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">The file system is of a kind that is not searched, or cannot be read.</exception>
    public IEnumerable<VmaDeletedFile> ReadDeleted(VmaFile directory, CancellationToken cancellationToken = default)
    {
        if (directory is null)
        {
            throw new ArgumentNullException(nameof(directory));
        }

        return Read();

        IEnumerable<VmaDeletedFile> Read()
        {
            GuestVolume volume = VolumeOf(directory);
            string below = directory.Entry.Parent is null ? "/" : directory.FullName + "/";
            foreach (DeletedFile file in volume.GetFiles().ReadDeleted())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (file.Entry.FullName.StartsWith(below, StringComparison.Ordinal))
                {
                    yield return new VmaDeletedFile(Archive, volume, file) { ListedBelow = directory.FullName };
                }
            }
        }
    }

    /// <summary>What was added, removed and changed below a directory since an earlier backup; memory follows the largest directory.</summary>
    /// <param name="earlier">The earlier guest.</param>
    /// <param name="reference">A directory of it.</param>
    /// <param name="directory">A directory of this guest.</param>
    /// <param name="withContent">Whether contents are compared, too, where size and time are the same.</param>
    /// <param name="onError">Hears of what cannot be read; null for nobody.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">One of the two cannot be read. What is met below them is told, and the comparison goes on.</exception>
    public IEnumerable<VmaFileDifference> Compare(
        VmaGuest earlier,
        VmaFile reference,
        VmaFile directory,
        bool withContent = false,
        Action<VmaFileSystemException>? onError = null,
        CancellationToken cancellationToken = default)
    {
        if (earlier is null || reference is null || directory is null)
        {
            throw new ArgumentNullException(earlier is null ? nameof(earlier) : reference is null ? nameof(reference) : nameof(directory));
        }

        return FileComparison.Compare(
            new GuestPlace(earlier.VolumeOf(reference), reference.Entry),
            new GuestPlace(VolumeOf(directory), directory.Entry),
            withContent,
            (place, error) => onError?.Invoke(GuestErrors.At(
                error, place.Volume, null, earlier._volumes.Contains(place.Volume) ? earlier.Archive.ArchivePath : Archive.ArchivePath)),
            cancellationToken);
    }

    /// <summary>Opens a file's content, or one of its named streams.</summary>
    /// <exception cref="VmaException">It is no file, is encrypted, or needs what is not understood.</exception>
    public Stream OpenRead(VmaFile file, RawName stream = default)
    {
        if (file is null)
        {
            throw new ArgumentNullException(nameof(file));
        }

        GuestVolume volume = VolumeOf(file);
        VmaException Name(VmaException error) => GuestErrors.At(error, volume, file.FullName, Archive.ArchivePath);
        try
        {
            return new GuestContentStream(volume.GetFiles().OpenRead(file.Entry, stream), Name);
        }
        catch (VmaException exception)
        {
            throw Name(exception);
        }
    }

    /// <summary>
    /// What stands behind a file's last byte up to the end of its last cluster (block): what was there before. None where the content ends
    /// with a cluster, or does not lie on the volume as it is.
    /// </summary>
    /// <param name="file">A file of this guest.</param>
    /// <param name="stream">The name of a stream; empty for the content.</param>
    /// <exception cref="VmaException">It is no file, or its map or that place cannot be read.</exception>
    public byte[] ReadSlack(VmaFile file, RawName stream = default)
    {
        if (file is null)
        {
            throw new ArgumentNullException(nameof(file));
        }

        GuestVolume volume = VolumeOf(file);
        FileSystem files = volume.GetFiles();
        FileExtent last = files.ReadAllocation(file.Entry, stream).LastOrDefault();
        long size = files.BlockSize;
        long end = last.Offset + last.Length;
        return last is { Kind: FileExtentKind.Data or FileExtentKind.Unwritten, VolumeOffset: long place } && end % size != 0
            ? volume.Volume.Bytes.Read(place + last.Length, (int)(size - (end % size)))
            : [];
    }

    /// <summary>The named streams of a file (NTFS).</summary>
    /// <exception cref="VmaException">They cannot be read.</exception>
    public IReadOnlyList<VmaFileStreamInfo> GetStreams(VmaFile file)
    {
        if (file is null)
        {
            throw new ArgumentNullException(nameof(file));
        }

        return VolumeOf(file).GetFiles().ReadStreams(file.Entry).Select(s => new VmaFileStreamInfo(file, s)).ToArray();
    }

    /// <summary>Whether the archive holds all of a file's content; told without reading it.</summary>
    public VmaFileHealth GetHealth(VmaFile file, RawName stream = default)
    {
        if (file is null)
        {
            throw new ArgumentNullException(nameof(file));
        }

        GuestVolume volume = VolumeOf(file);
        return VmaFileHealth.Of(volume.GetFiles(), file.Entry, stream, volume.Volume.Bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GuestVolume subvolume in _subvolumes ?? [])
        {
            subvolume.Dispose();
        }

        _volumes.ForEach(static v => v.Dispose());
        Disks.Dispose();
    }

    /// <summary>The content of a volume, as a stream that owns all it needs.</summary>
    internal static Stream OpenVolume(VmaArchive archive, string id, FileSystemOptions? options, bool isDecrypted) =>
        Open(archive, id, options, isDecrypted, static v => new DiskBytesStream(v.Volume.Bytes));

    /// <summary>What is free on a volume, as a stream that owns all it needs.</summary>
    internal static Stream OpenUnallocated(VmaArchive archive, string id, FileSystemOptions? options, bool isDecrypted) =>
        Open(archive, id, options, isDecrypted, UnallocatedStream.Open);

    private static OwningStream Open(VmaArchive archive, string id, FileSystemOptions? options, bool isDecrypted, Func<GuestVolume, Stream> open)
    {
        VmaGuest guest = Open(archive, options);
        try
        {
            return new OwningStream(open(guest.FindVolume(id, isDecrypted)), guest);
        }
        catch
        {
            guest.Dispose();
            throw;
        }
    }

    /// <summary>True for a device as a whole, and for a partition of one, whose bytes are those on the device.</summary>
    internal bool IsOnDevice(GuestVolume volume) => volume.Volume is { IsDecrypted: false, Disk: string disk } && _disks.Values.Contains(disk);

    /// <summary>The volume that one that was listed is here.</summary>
    /// <exception cref="VmaException">There is none, or it was unlocked then and is not now.</exception>
    internal GuestVolume FindVolume(VmaVolume volume) => FindVolume(volume.Id, volume.IsDecrypted);

    private GuestVolume FindVolume(string id, bool isDecrypted)
    {
        GuestVolume volume = FindVolume(id);
        if (isDecrypted && !volume.Volume.IsDecrypted)
        {
            // What was meant is what is in it: the bytes on the disk in its place would be taken for that.
            VmaException locked = volume.Volume.LockRefusal
                ?? new VmaFileSystemException(VmaCodes.VolumeLocked, $"The volume {Printable.Short(id)} lay in one that is encrypted, and is not open.");
            throw GuestErrors.At(locked, volume, filePath: null, Archive.ArchivePath);
        }

        return volume;
    }

    /// <summary>The devices that a volume lies on, whatever it is put together from.</summary>
    internal IReadOnlyList<VmaDevice> DevicesOf(GuestVolume volume)
    {
        HashSet<string> seen = [];
        List<VmaDevice> devices = [];
        Stack<string> pending = new([volume.Volume.Id]);
        while (pending.Count > 0)
        {
            string id = pending.Pop();
            if (!seen.Add(id))
            {
                continue;
            }

            devices.AddRange(_disks.Where(d => d.Value == id).Select(static d => d.Key));
            if (_volumes.FirstOrDefault(v => v.Id == id)?.Volume is DiskVolume part)
            {
                foreach (string below in part.Members.Select(static m => m.Name).Concat(part.Disk is null ? [] : [part.Disk]))
                {
                    pending.Push(below);
                }
            }
        }

        return devices;
    }

    private VmaVolume FactsOf(GuestVolume volume)
    {
        IReadOnlyList<GuestSystem> systems = Systems();
        if (volume.Subvolume is not null)
        {
            volume.MountPoint ??= systems.Select(s => s.FindMountPoint(volume)).FirstOrDefault(static p => p is not null);
        }

        return new VmaVolume(Archive, volume, DevicesOf(volume), IsOnDevice(volume));
    }

    internal GuestVolume FindVolume(string name)
    {
        // By id first: nothing that a disk says of itself may stand before it.
        if (_volumes.FirstOrDefault(v => v.Id == name) is GuestVolume exact)
        {
            return exact;
        }

        if (!MayBePlace(name) && Disks.FindNamed(name) is DiskVolume named)
        {
            return _volumes.First(v => v.Volume == named);
        }

        _ = Systems();
        GuestVolume[] found = _volumes.Where(v => IsNamed(v, name)).ToArray();
        if (found.Length == 1)
        {
            return found[0];
        }

        IReadOnlyList<DiskVolume> volumes = Disks.FindAll(name);
        if (volumes.Count == 0 && FindSubvolume(name) is GuestVolume subvolume)
        {
            return subvolume;
        }

        return _volumes.First(v => v.Volume == Disks.Find(name));
    }

    internal GuestPlace Resolve(GuestPath path, string? volume, bool followLast)
    {
        try
        {
            GuestVolume? start = volume is null ? null : FindVolume(volume);
            return new PathResolver(_volumes, Systems, Disks.Warnings).Resolve(start, path, followLast);
        }
        catch (VmaException exception)
        {
            exception.Path ??= Archive.ArchivePath;
            throw;
        }
    }

    private GuestPlace PlaceToList(GuestPath path, string? volume)
    {
        GuestPlace place = Resolve(path, volume, followLast: false);
        if (place.Entry.Type != FileEntryType.SymbolicLink)
        {
            return place;
        }

        try
        {
            GuestPlace target = Resolve(path, volume, followLast: true);
            return target.Entry.Type == FileEntryType.Directory ? target : place;
        }
        catch (VmaException)
        {
            // Where it leads is told with the link; that nothing is there is no reason not to list it.
            return place;
        }
    }

    /// <summary>The place that a path leads to in one of the systems on the disks.</summary>
    /// <exception cref="VmaException">There is no such place; links lead round in a circle; something cannot be read.</exception>
    internal GuestPlace Resolve(GuestSystem system, string path) =>
        new PathResolver(_volumes, Systems, Disks.Warnings).Resolve(system, GuestPath.ParseExact(path), followLast: true);

    internal GuestPlace Follow(GuestPlace link) => new PathResolver(_volumes, Systems, Disks.Warnings).Follow(link);

    internal VmaFile ToFile(GuestPlace place) => new(Archive, place.Volume.Id, place.Files, place.Entry);

    internal GuestVolume VolumeOf(VmaFile file) => FindVolume(file.Volume);

    /// <summary>A subvolume by its id, or by its path where only one volume has it.</summary>
    private GuestVolume? FindSubvolume(string name)
    {
        GuestVolume[] found = Subvolumes().Where(s => s.Id == name).ToArray();
        if (found.Length == 0)
        {
            found = Subvolumes().Where(s => s.Subvolume == name && name.Length > 0).ToArray();
        }

        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw new VmaFileSystemException(VmaCodes.VolumeAmbiguous, $"Several volumes fit \"{Printable.Short(name)}\": {string.Join(", ", found.Select(static f => f.Id))}.");
    }

    private IReadOnlyList<GuestVolume> Subvolumes()
    {
        lock (_gate)
        {
            return _subvolumes ??= _volumes.SelectMany(GuestSubvolumes.Of).ToArray();
        }
    }

    private static string NameFor(VmaDevice device, IEnumerable<string> taken)
    {
        string name = device.Name;
        for (int i = 2; taken.Contains(name); i++)
        {
            name = $"{device.Name}~{i}";
        }

        return name;
    }

    /// <summary>Whether a name may be a letter or a mount point, which file systems tell.</summary>
    private static bool MayBePlace(string name) => (name.Length > 0 && name[0] == '/') || IsLetter(name);

    private static bool IsLetter(string name) => name.TrimEnd(':', '\\', '/').Length == 1;

    private static bool IsNamed(GuestVolume volume, string name) =>
        (volume.Letter is char letter && IsLetter(name) && char.ToUpperInvariant(name[0]) == letter)
        || (volume.MountPoint is string point && (point == name || (point.Length > 1 && point + "/" == name)));

    /// <summary>The Linux systems on the volumes. Looking for them opens every file system, so it is done when it is first needed.</summary>
    internal IReadOnlyList<GuestSystem> Systems()
    {
        lock (_gate)
        {
            if (_systems is null)
            {
                _systems = GuestSystem.Find(Disks, _volumes);
                WindowsDrives.Assign(_volumes);
            }

            return _systems;
        }
    }
}
