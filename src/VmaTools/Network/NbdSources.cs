using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using VmaTools.Archives;
using VmaTools.Format;
using VmaTools.GuestFiles;

namespace VmaTools.Network;

/// <summary>Finds what an archive has to offer.</summary>
internal static class NbdSources
{
    /// <summary>Every device with its partitions behind it, then volumes that are put together.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="deviceIds">The devices to offer; null for all, and for the volumes, where no ids of volumes are given.</param>
    /// <param name="volumeIds">The volumes to offer besides; null for none by its id.</param>
    /// <param name="secrets">What locked volumes are opened with, in whose place their content is offered then; null for none.</param>
    /// <param name="progress">Hears of the map or index that is made first.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="VmaException">The archive cannot be read at any offset, or one of the volumes is not there to be read.</exception>
    public static IReadOnlyList<NbdSource> Find(
        VmaArchive archive,
        IReadOnlyCollection<int>? deviceIds,
        IReadOnlyCollection<string>? volumeIds,
        VolumeSecrets? secrets,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        ItemNames names = new(archive);
        List<NbdSource> sources = [];
        foreach (VmaDevice device in archive.Devices)
        {
            if (volumeIds is null && deviceIds?.Contains(device.DeviceId) == false)
            {
                continue;
            }

            if (!Layout.IsDeviceSize(device.Size))
            {
                // It cannot be read; that is no reason to keep the others back.
                continue;
            }

            using VmaDeviceStream stream = device.OpenRead(progress, cancellationToken);
            string name = names[device];
            sources.Add(new NbdSource(archive, name, device.IsVmstate ? "memory of the guest" : "disk", stream.Length) { Device = device });
            foreach (VmaPartition partition in DevicePartitions.Read(device, stream.Length))
            {
                cancellationToken.ThrowIfCancellationRequested();
                string what = partition.FileSystem is null ? partition.Type : $"{partition.FileSystem} {partition.Label}".TrimEnd();
                sources.Add(new NbdSource(
                    archive,
                    $"{name}/{ItemNames.OfPartition(partition.Index)}",
                    Printable.Short(what),
                    Math.Min(partition.Size, stream.Length - partition.Offset))
                {
                    Device = device,
                    Partition = partition.Index,
                    Offset = partition.Offset,
                });
            }
        }

        if (deviceIds is null || volumeIds is not null || secrets is not null)
        {
            foreach (NbdSource volume in Volumes(archive, deviceIds, volumeIds, names, secrets, progress, cancellationToken))
            {
                // What is in a partition stands in its place.
                int place = sources.FindIndex(s => s.Name == volume.Name);
                sources.RemoveAll(s => s.Name == volume.Name);
                sources.Insert(place < 0 ? sources.Count : place, volume);
            }
        }

        return volumeIds is null ? sources : Chosen(archive, sources, deviceIds ?? [], volumeIds, secrets, progress, cancellationToken);
    }

    /// <summary>Of what there is, the devices with their partitions, and the volumes.</summary>
    private static List<NbdSource> Chosen(
        VmaArchive archive,
        List<NbdSource> sources,
        IReadOnlyCollection<int> deviceIds,
        IReadOnlyCollection<string> volumeIds,
        VolumeSecrets? secrets,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        using VmaGuest guest = VmaGuest.Open(archive, new FileSystemOptions { Secrets = secrets }, progress, cancellationToken);
        ILookup<string, NbdSource> byId = sources.ToLookup(s => IdOf(s, guest));
        foreach (string id in volumeIds.Where(id => !byId.Contains(id)))
        {
            string problem = guest.GuestVolumes.FirstOrDefault(v => v.Id == id)?.Volume.Problem ?? "there is none that can be read as a disk.";
            throw new VmaException(VmaCodes.VolumeNotFound, $"The volume {Printable.Short(id)} cannot be offered: {problem}", archive.ArchivePath);
        }

        return sources.FindAll(s => volumeIds.Contains(IdOf(s, guest)) || s.Device is null || deviceIds.Contains(s.Device.DeviceId));
    }

    private static string IdOf(NbdSource source, VmaGuest guest) => source.Volume
        ?? guest.GuestVolumes.FirstOrDefault(v => guest.IsOnDevice(v)
            && v.Volume.Disk == guest.GetDiskName(source.Device!) && v.Volume.Partition?.Index == source.Partition)?.Id
        ?? source.Name;

    private static NbdSource[] Volumes(
        VmaArchive archive,
        IReadOnlyCollection<int>? deviceIds,
        IReadOnlyCollection<string>? volumeIds,
        ItemNames names,
        VolumeSecrets? secrets,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (archive.Devices.Any(static d => !d.IsVmstate && !Layout.IsDeviceSize(d.Size)))
        {
            return [];
        }

        using VmaGuest guest = VmaGuest.Open(archive, new FileSystemOptions { Secrets = secrets }, progress, cancellationToken);
        return guest.GuestVolumes
            .Where(v => !guest.IsOnDevice(v) && v.Volume.Problem is null)
            .Where(v => volumeIds?.Contains(v.Id) ?? deviceIds is null
                || (deviceIds is not null && v.Volume.IsDecrypted && guest.DevicesOf(v).All(d => deviceIds.Contains(d.DeviceId))))
            .Select(v => new NbdSource(
                archive, NameOf(v, guest, names), Printable.Short($"{v.Volume.FileSystemKind ?? v.Volume.Type.ToString()} {v.Volume.Label}".TrimEnd()), v.Volume.Size)
            {
                Volume = v.Id,
                Secrets = secrets,
                IsDecrypted = v.Volume.IsDecrypted,
            })
            .ToArray();
    }

    /// <summary>The volume's id, its parts named as on a drive; of what is in a device or a partition of one the name of that.</summary>
    private static string NameOf(GuestVolume volume, VmaGuest guest, ItemNames names)
    {
        if (volume.Volume.IsDecrypted && guest.Archive.Devices.FirstOrDefault(d => !d.IsVmstate && guest.GetDiskName(d) == volume.Volume.Disk) is VmaDevice device)
        {
            return volume.Volume.Partition is null ? names[device] : $"{names[device]}/{ItemNames.OfPartition(volume.Volume.Partition.Index)}";
        }

        string id = volume.Id;
        int slash = id.IndexOf('/');
        return slash < 0
            ? names.Further(id)
            : names.Further(id.Substring(0, slash)) + "/" + GuestItemName.Of(RawName.FromUtf16(id.AsSpan(slash + 1)));
    }
}
