using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.PowerShell;

/// <summary>An archive whose places are asked for one after the other: its guest is opened once, when files are first wanted.</summary>
internal sealed class DriveSession : IDisposable
{
    // PowerShell asks for every child of a folder by its whole path.
    private const int MaxRemembered = 256;

    private readonly Dictionary<string, DriveItem> _containers = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldest = new();
    private Dictionary<string, VmaVolume>? _facts;
    private IReadOnlyList<VmaVolumeGroup>? _groups;
    private readonly VolumeSecrets? _secrets;
    private VmaGuest? _guest;
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <param name="archive">The archive.</param>
    /// <param name="secrets">What locked volumes are opened with, disposed with this; null for none.</param>
    public DriveSession(VmaArchive archive, VolumeSecrets? secrets = null)
    {
        Archive = archive;
        _secrets = secrets;
        Names = new ItemNames(archive);
    }

    public VmaArchive Archive { get; }

    public ItemNames Names { get; }

    /// <summary>The guest.</summary>
    /// <exception cref="VmaException">The archive cannot be read at any offset, or has changed.</exception>
    public VmaGuest Guest => _guest ??= VmaGuest.Open(Archive, new FileSystemOptions { Secrets = _secrets });

    /// <summary>Why the archive's index cannot be used or kept, and where the disks are damaged: each the first time that is asked for.</summary>
    public IEnumerable<string> TakeNotices()
    {
        IEnumerable<string> damage = _guest is null ? [] : _guest.Disks.Warnings.Where(static w => w.Code == VmaCodes.VolumeDamaged).Select(static w => w.ToString());
        return (Archive.IndexNotice is { } notice ? damage.Prepend(notice) : damage).Where(_told.Add).ToArray();
    }

    /// <summary>The place that names lead to, or null.</summary>
    /// <exception cref="VmaException">Something on the way cannot be read.</exception>
    public DriveItem? Find(IReadOnlyList<string> names)
    {
        // A folder that was opened before is not looked for anew.
        int known = names.Count - 1;
        DriveItem? item = null;
        while (known > 0 && !_containers.TryGetValue(Key(names, known), out item))
        {
            known--;
        }

        item ??= new ArchiveItem(this);
        for (int i = Math.Max(known, 0); i < names.Count; i++)
        {
            item = item.Find(names[i]);
            if (item is null)
            {
                return null;
            }

            if (i < names.Count - 1)
            {
                Remember(Key(names, i + 1), item);
            }
        }

        return item;
    }

    /// <summary>Volume groups and arrays, which lie on the drive beside the devices.</summary>
    /// <param name="onError">Hears why they cannot be told.</param>
    public IReadOnlyList<(string Name, DriveItem Item)> Groups(Action<VmaException> onError)
    {
        try
        {
            List<(string Name, DriveItem Item)> items = [];
            HashSet<string> disks = [.. Archive.Devices.Where(static d => !d.IsVmstate).Select(Guest.GetDiskName)];
            foreach (IGrouping<string, DiskVolume> group in Guest.Disks.Volumes.GroupBy(static v => v.Id.Split('/')[0]).Where(g => !disks.Contains(g.Key)))
            {
                DiskVolume? whole = group.FirstOrDefault(v => v.Id == group.Key);
                items.Add((
                    Names.Further(group.Key),
                    whole is not null ? new VolumeItem(this, whole) : new GroupItem(this, (_groups ??= Guest.GetVolumeGroups()).First(g => g.Name == group.Key))));
            }

            return items;
        }
        catch (VmaException exception)
        {
            onError(exception);
            return [];
        }
    }

    /// <summary>Whether volumes lie below one, as partitions below an array.</summary>
    public bool HasVolumesBelow(string id) => Guest.Disks.Volumes.Any(v => v.Id.StartsWith(id + "/", StringComparison.Ordinal));

    /// <summary>The volumes below a volume group or an array.</summary>
    public IEnumerable<(string Name, DriveItem Item)> VolumesBelow(string id) => Guest.Disks.Volumes
        .Where(v => v.Id.StartsWith(id + "/", StringComparison.Ordinal))
        .Select(v => (GuestPath.ToItemName(RawName.FromUtf16(v.Id.AsSpan(id.Length + 1))), (DriveItem)new VolumeItem(this, v)));

    /// <summary>The volume that a partition of a device is, or with 0 the device itself; null where there is none.</summary>
    public DiskVolume? VolumeOf(VmaDevice device, int partition)
    {
        string disk = Guest.GetDiskName(device);
        return Guest.Disks.Volumes.FirstOrDefault(v => v.Disk == disk && (v.Partition?.Index ?? 0) == partition);
    }

    /// <summary>What is known of a volume.</summary>
    public VmaVolume FactsOf(DiskVolume volume) => (_facts ??= Guest.GetVolumes().ToDictionary(static v => v.Id))[volume.Id];

    public void Dispose()
    {
        _guest?.Dispose();
        _guest = null;
        _secrets?.Dispose();
    }

    private static string Key(IReadOnlyList<string> names, int count) => string.Join("/", names.Take(count));

    private void Remember(string key, DriveItem item)
    {
        if (_containers.ContainsKey(key))
        {
            return;
        }

        if (_oldest.Count == MaxRemembered)
        {
            _containers.Remove(_oldest.Dequeue());
        }

        _containers.Add(key, item);
        _oldest.Enqueue(key);
    }
}
