using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.Volumes;

/// <summary>
/// Devices of one Btrfs, which is a volume of all of them: the first stands for it, the others are its members.
/// </summary>
internal static class BtrfsDevices
{
    // From 64 KiB: 136 number of devices u64   201 number of this device u64
    private const int Superblock = 0x10000;

    public static void Group(List<DiskVolume> volumes)
    {
        foreach (IGrouping<string, DiskVolume> same in volumes
            .Where(static v => v is { FileSystemKind: VolumeKinds.Btrfs, MemberOf: null, Uuid: not null })
            .GroupBy(static v => v.Uuid!)
            .ToArray())
        {
            foreach (List<Device> copy in Copies(same))
            {
                Join(copy);
            }
        }
    }

    /// <summary>The devices of each copy of a file system: one that comes twice is a clone.</summary>
    private static List<List<Device>> Copies(IEnumerable<DiskVolume> volumes)
    {
        List<List<Device>> copies = [];
        foreach (DiskVolume volume in volumes)
        {
            byte[] superblock = new LenientDiskBytes(volume.Bytes).Read(Superblock, 256);
            Device device = new(
                volume,
                BinaryPrimitives.ReadUInt64LittleEndian(superblock.AsSpan(201)),
                BinaryPrimitives.ReadUInt64LittleEndian(superblock.AsSpan(136)));
            int copy = copies.FindIndex(c => c.TrueForAll(d => d.Number != device.Number));
            if (copy >= 0)
            {
                copies[copy].Add(device);
            }
            else
            {
                copies.Add([device]);
                if (copies.Count > 1)
                {
                    volume.Warn(VmaCodes.VolumeDuplicate, $"Another volume holds the Btrfs {volume.Uuid}, too, as a clone does.");
                }
            }
        }

        return copies;
    }

    private static void Join(List<Device> devices)
    {
        ulong count = devices.Max(static d => d.Count);
        if (count <= 1)
        {
            return;
        }

        DiskVolume first = devices[0].Volume;
        List<VolumeMember> members = devices.ConvertAll(static d => new VolumeMember(d.Volume.Id, null, VolumeMemberState.Present));
        if ((ulong)devices.Count < count)
        {
            members.Add(new VolumeMember($"{count - (ulong)devices.Count} of {count} devices", null, VolumeMemberState.Missing));
            first.Warn(VmaCodes.VolumeMemberMissing, $"The Btrfs has {count} devices, of which {devices.Count} are on the disks.");
        }

        first.Members = members;
        first.Devices = devices.ConvertAll(static d => d.Volume.Bytes);
        foreach (Device other in devices.Skip(1))
        {
            other.Volume.MemberOf = first.Id;
        }
    }

    private sealed record Device(DiskVolume Volume, ulong Number, ulong Count);
}
