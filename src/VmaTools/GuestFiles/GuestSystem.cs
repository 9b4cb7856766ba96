using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using VmaTools.Disks.Systems;

namespace VmaTools.GuestFiles;

/// <summary>A Linux or BSD system on a guest's disks: its root, and what its fstab mounts below.</summary>
internal sealed class GuestSystem
{
    // Btrfs without a default subvolume: installers put the root into one of these.
    private static readonly string[] RootSubvolumes = ["@", "@rootfs", "root"];

    private readonly Dictionary<string, GuestPlace> _mounts = [];
    private readonly List<FstabEntry> _lost = [];

    private GuestSystem(GuestPlace root) => Root = root;

    public GuestPlace Root { get; }

    /// <summary>The directories that are mounted, by their paths; the root is not among them.</summary>
    public IReadOnlyDictionary<string, GuestPlace> Mounts => _mounts;

    /// <summary>The lines of its fstab whose volume is told by an identity of its own, has to be there, and is not.</summary>
    public IReadOnlyList<FstabEntry> Lost => _lost;

    /// <summary>The systems on a set of volumes: each root is a directory that has an <c>etc/fstab</c>.</summary>
    public static IReadOnlyList<GuestSystem> Find(VolumeSet set, IReadOnlyList<GuestVolume> volumes)
    {
        List<GuestSystem> systems = [];
        foreach (GuestVolume volume in volumes)
        {
            if (volume.TryGetFiles(out _) is not FileSystem files || files.Kind is "ntfs" or "vfat" or "exfat")
            {
                continue;
            }

            foreach (FileEntry root in RootsOf(files))
            {
                if (ReadTable(files, root) is string table)
                {
                    GuestSystem system = new(new GuestPlace(volume, root));
                    system.Mount(FstabEntry.Parse(table), set, volumes);
                    systems.Add(system);
                    break;
                }
            }
        }

        return systems;
    }

    /// <summary>Where the system mounts a subvolume, or null.</summary>
    public string? FindMountPoint(GuestVolume subvolume)
    {
        bool IsRootOf(GuestPlace place) => place.Volume.Volume == subvolume.Volume && place.Entry.FullName == "/" + subvolume.Subvolume;
        return IsRootOf(Root) ? "/" : _mounts.Where(m => IsRootOf(m.Value)).Select(static m => m.Key).FirstOrDefault();
    }

    private static IEnumerable<FileEntry> RootsOf(FileSystem files)
    {
        yield return files.DefaultRoot;
        if (files.Kind == "btrfs")
        {
            foreach (string name in RootSubvolumes)
            {
                if (Descend(files, files.Root, name) is { Type: FileEntryType.Directory } root)
                {
                    yield return root;
                }
            }
        }
    }

    private static string? ReadTable(FileSystem files, FileEntry root)
    {
        try
        {
            if (Descend(files, root, "etc/fstab") is not { Type: FileEntryType.File, Length: <= FstabEntry.MaxSize } table)
            {
                return null;
            }

            using Stream stream = files.OpenRead(table);
            using StreamReader reader = new(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (VmaException)
        {
            // A system whose table is lost is none that tells where anything is.
            return null;
        }
    }

    /// <summary>The entry at a path of plain names, without following links; null where there is none.</summary>
    private static FileEntry? Descend(FileSystem files, FileEntry from, string path)
    {
        FileEntry? entry = from;
        foreach (RawName name in GuestPath.ParseExact(path).Names)
        {
            try
            {
                entry = entry is { Type: FileEntryType.Directory } ? files.Find(entry, name) : null;
            }
            catch (VmaException)
            {
                entry = null;
            }

            if (entry is null)
            {
                return null;
            }
        }

        return entry;
    }

    private void Mount(IReadOnlyList<FstabEntry> table, VolumeSet set, IReadOnlyList<GuestVolume> volumes)
    {
        Root.Volume.MountPoint ??= "/";
        foreach (FstabEntry line in table.Where(static l => l.MountPoint[0] == '/'))
        {
            string point = "/" + string.Join("/", GuestPath.ParseExact(line.MountPoint).Names.Select(static n => n.ToPathComponent()));
            if (!line.IsOptional && line.HasIdentity && set.FindAll(line.Source).Count == 0)
            {
                _lost.Add(line);
            }

            if (point == "/" || VolumeOf(line, table, set, volumes) is not GuestVolume volume || volume.TryGetFiles(out _) is not FileSystem files)
            {
                continue;
            }

            FileEntry? root = line.Option("subvol") is string subvolume ? Descend(files, files.Root, subvolume) : files.DefaultRoot;
            if (root is not null && !_mounts.ContainsKey(point))
            {
                _mounts.Add(point, new GuestPlace(volume, root));
                volume.MountPoint ??= point;
            }
        }
    }

    private GuestVolume? VolumeOf(FstabEntry line, IReadOnlyList<FstabEntry> table, VolumeSet set, IReadOnlyList<GuestVolume> volumes)
    {
        // Anything else, such as "proc", is no volume, though one may be labelled so.
        if (line.Source.IndexOf('=') <= 0 && !line.Source.StartsWith("/dev/", System.StringComparison.Ordinal))
        {
            return null;
        }

        IReadOnlyList<DiskVolume> found = set.FindAll(line.Source);
        return found.Count == 1 ? volumes.FirstOrDefault(v => v.Volume == found[0])
            : found.Count == 0 && BsdDeviceName.Parse(line.Source) is BsdDeviceName name ? VolumeOf(name, table, volumes) : null;
    }

    /// <summary>The volume that a BSD names by disk and number. Which disk that is follows from the name of the root's, or there is one alone.</summary>
    private GuestVolume? VolumeOf(BsdDeviceName name, IReadOnlyList<FstabEntry> table, IReadOnlyList<GuestVolume> volumes)
    {
        string? disk = Root.Volume.Volume.Disk;
        bool isRootsDisk = table.Any(l => l.MountPoint == "/" && BsdDeviceName.Parse(l.Source)?.Disk == name.Disk);
        if (disk is null || (!isRootsDisk && volumes.Any(v => v.Volume.Disk != disk)))
        {
            return null;
        }

        GuestVolume[] found = [.. volumes.Where(v => v.Volume.Disk == disk && v.Volume.Partition is Partition partition && name.Fits(partition))];
        return found.Length == 1 ? found[0] : null;
    }
}
