using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using VmaTools.Disks.Volumes.Raid;

namespace VmaTools.Disks.Volumes.Md;

/// <summary>The members of one array, as far as they are there, and what is to be read from each.</summary>
internal sealed class MdArray
{
    private readonly List<MdMember> _members;
    private readonly Dictionary<int, MdMember> _byRole = [];

    private MdArray(List<MdMember> members)
    {
        _members = members;

        // Who counted most events knows the state of the others.
        Superblock = members.Select(static m => m.Superblock).Aggregate(static (a, b) => b.Events > a.Events ? b : a);
        foreach (MdMember member in members)
        {
            int role = Superblock.RoleOf(member.Superblock.Number);
            if (StateOf(member) == VolumeMemberState.Present && !_byRole.ContainsKey(role))
            {
                _byRole.Add(role, member);
            }
        }
    }

    /// <summary>The superblock that is most recent.</summary>
    public MdSuperblock Superblock { get; }

    public IEnumerable<DiskVolume> Volumes => _members.Select(static m => m.Volume);

    /// <summary>True where every member is there and up to date.</summary>
    public bool IsComplete => _byRole.Count >= Superblock.RaidDisks;

    /// <summary>The name without that of the host, or null.</summary>
    public string? ShortName => Superblock.Name is string name ? name.Substring(name.IndexOf(':') + 1) : null;

    /// <summary>The number that the array had, by its metadata or by its name; null where neither has one.</summary>
    public int? Number
    {
        get
        {
            string? text = ShortName;
            text = text?.StartsWith("md", StringComparison.Ordinal) == true ? text.Substring(2) : text;
            return Superblock.Minor ?? (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null);
        }
    }

    /// <summary>
    /// The arrays that members belong to, by UUID. A member that comes twice with the same events is a clone, and belongs to an
    /// array of clones.
    /// </summary>
    public static List<MdArray> Group(IEnumerable<MdMember> members)
    {
        List<MdArray> arrays = [];
        foreach (IGrouping<string, MdMember> array in members.GroupBy(static m => m.Superblock.ArrayUuid))
        {
            List<List<MdMember>> copies = [];
            Dictionary<(int, string?, ulong), int> seen = [];
            foreach (MdMember member in array)
            {
                (int, string?, ulong) key = (member.Superblock.Number, member.Superblock.MemberUuid, member.Superblock.Events);
                seen.TryGetValue(key, out int copy);
                seen[key] = copy + 1;
                if (copy == copies.Count)
                {
                    copies.Add([]);
                }

                copies[copy].Add(member);
            }

            arrays.AddRange(copies.Select(static c => new MdArray(c)));
        }

        return arrays;
    }

    /// <summary>The array as a volume. What is odd about its members is told by it.</summary>
    public DiskVolume Build(string id)
    {
        VmaFileSystemException? refusal = null;
        DiskBytes bytes;
        try
        {
            bytes = BuildBytes();
        }
        catch (VmaFileSystemException exception)
        {
            refusal = exception;
            bytes = new LostDiskBytes(ClaimedSize, exception.Code, exception.Sentence);
        }

        DiskVolume volume = new(id, DiskVolumeType.Array, bytes)
        {
            Refusal = refusal,
            VolumeUuid = Superblock.ArrayUuid,
            DevicePath = ShortName is string name && name.Length > 0 && !int.TryParse(name, out _) ? "/dev/md/" + name : "/dev/" + id,
            Members = ListMembers(),
        };
        if (Superblock.Name is string full)
        {
            volume.OtherNames.Add(full);
            volume.OtherNames.Add(ShortName!);
        }

        WarnOfMembers(volume);
        return volume;
    }

    /// <summary>Bytes that the array has when it is whole, or 0 where that depends on members that are not there.</summary>
    private long ClaimedSize => Superblock.Level switch
    {
        1 => Superblock.UsedSize,
        4 or 5 => Superblock.UsedSize * Math.Max(Superblock.RaidDisks - 1, 0),
        6 => Superblock.UsedSize * Math.Max(Superblock.RaidDisks - 2, 0),
        _ => 0,
    };

    private string LevelName => Superblock.Level switch
    {
        -1 => "linear array",
        -4 => "multipath array",
        _ => "RAID " + Superblock.Level.ToString(CultureInfo.InvariantCulture),
    };

    private DiskBytes BuildBytes()
    {
        if (Superblock.NotUnderstood is string what)
        {
            throw new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"The array has {what}, which is not read here.");
        }

        switch (Superblock.Level)
        {
            case 1 when _byRole.Count > 0:
                DiskBytes[] mirrors = _byRole.OrderBy(static m => m.Key).Select(m => m.Value.Data(Superblock.UsedSize)).ToArray();
                return mirrors.Length == 1 ? mirrors[0] : new MirroredDiskBytes(mirrors);
            case -1 or 0:
                DiskBytes[] parts = AllInOrder();
                return Superblock.Level == 0
                    ? MdStripeZones.Build(parts, Superblock.ChunkSize, Superblock.Layout)
                    : new JoinedDiskBytes(parts, parts[0].SectorSize);
            case 1:
                throw new VmaFileSystemException(VmaCodes.VolumeMemberMissing, "No member of the array is up to date.");
            case 4 or 5 or 6 when ParityLayout.Create(Superblock.Level, Superblock.Layout, Superblock.RaidDisks) is ParityLayout layout:
                return new ParityDiskBytes(Enough(layout.Parities), layout, ChunkSize, Superblock.UsedSize);
            case 10 when CopiesLayout.Create(Superblock.Layout, Superblock.RaidDisks) is CopiesLayout layout:
                return new CopiedDiskBytes(Enough(Superblock.RaidDisks - 1), layout, ChunkSize, Superblock.UsedSize);
            case 4 or 5 or 6 or 10:
                throw new VmaFileSystemException(
                    VmaCodes.VolumeNotSupported, $"The array is a {LevelName} of an unknown layout ({Superblock.Layout}) for its {Superblock.RaidDisks} members.");
            default:
                throw new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"The array is a {LevelName}, which is not read here.");
        }
    }

    /// <summary>Bytes in a chunk.</summary>
    /// <exception cref="VmaFileSystemException">There are none.</exception>
    private long ChunkSize => Superblock.ChunkSize > 0
        ? Superblock.ChunkSize
        : throw new VmaFileSystemException(VmaCodes.VolumeDamaged, $"The superblock of a {LevelName} states no size of a chunk.");

    /// <summary>The data of every member by its role, null for those that are not there.</summary>
    /// <exception cref="VmaFileSystemException">More are missing than may.</exception>
    private DiskBytes?[] Enough(int mayMiss)
    {
        DiskBytes?[] parts = new DiskBytes?[Superblock.RaidDisks];
        for (int role = 0; role < parts.Length; role++)
        {
            parts[role] = _byRole.TryGetValue(role, out MdMember? member) ? member.Data(Superblock.UsedSize) : null;
        }

        int missing = parts.Count(static p => p is null);
        return missing <= mayMiss
            ? parts
            : throw new VmaFileSystemException(
                VmaCodes.VolumeMemberMissing, $"Of the {parts.Length} members of the {LevelName}, {parts.Length - missing} are there; it needs {parts.Length - mayMiss}.");
    }

    /// <summary>The data of every member, in whole chunks, in the order of roles.</summary>
    private DiskBytes[] AllInOrder()
    {
        if (!IsComplete || Superblock.RaidDisks == 0)
        {
            throw new VmaFileSystemException(
                VmaCodes.VolumeMemberMissing,
                $"Of the {Superblock.RaidDisks} members of the {LevelName}, {_byRole.Count} are there; it needs all.");
        }

        DiskBytes[] parts = new DiskBytes[Superblock.RaidDisks];
        for (int role = 0; role < parts.Length; role++)
        {
            if (!_byRole.TryGetValue(role, out MdMember? member))
            {
                throw new VmaFileSystemException(VmaCodes.VolumeMemberMissing, $"Member {role} of the {LevelName} is not there; it needs all.");
            }

            long size = member.Superblock.DataSize;
            parts[role] = member.Data(Superblock.ChunkSize > 0 ? size - (size % Superblock.ChunkSize) : size);
        }

        return parts;
    }

    private VolumeMemberState StateOf(MdMember member)
    {
        int role = Superblock.RoleOf(member.Superblock.Number);
        ulong events = member.Superblock.Events;
        if (member.Superblock.IsRebuilding || member.Superblock.RoleOf(member.Superblock.Number) is MdSuperblock.Spare or MdSuperblock.Journal)
        {
            return VolumeMemberState.Spare;
        }

        // One event may have reached the other members only; it is the one that says whether the array is in use.
        return role < Superblock.RaidDisks && (events == Superblock.Events || events + 1 == Superblock.Events)
            ? VolumeMemberState.Present
            : VolumeMemberState.Stale;
    }

    private List<VolumeMember> ListMembers()
    {
        List<VolumeMember> list = _members.ConvertAll(m => new VolumeMember(m.Volume.Id, m.Superblock.MemberUuid, StateOf(m)));
        for (int role = 0; role < Superblock.RaidDisks; role++)
        {
            if (!_byRole.ContainsKey(role))
            {
                list.Add(new VolumeMember($"member {role} of {Superblock.RaidDisks}", null, VolumeMemberState.Missing));
            }
        }

        return list;
    }

    private void WarnOfMembers(DiskVolume volume)
    {
        foreach (VolumeMember member in volume.Members)
        {
            if (member.State == VolumeMemberState.Stale)
            {
                volume.Warn(VmaCodes.VolumeMemberMissing, $"{member.Name} left the {LevelName} earlier; what it holds is old and was not used.");
            }
        }

        int missing = Superblock.RaidDisks - _byRole.Count;
        if (missing > 0 && volume.Refusal is null)
        {
            volume.Warn(
                VmaCodes.VolumeMemberMissing, $"The {LevelName} is degraded: {missing} of its {Superblock.RaidDisks} members are missing or out of date.");
            if (Superblock.Level is 4 or 5 or 6 && !Superblock.IsInSync)
            {
                volume.Warn(
                    VmaCodes.VolumeDamaged,
                    "The array was being written to. What was computed for a missing member is wrong where its parity was not up to date yet.");
            }
        }

        foreach (MdMember member in _members)
        {
            if (!member.Superblock.IsChecksumRight)
            {
                volume.Warn(VmaCodes.VolumeDamaged, $"The checksum of the superblock of {member.Volume.Id} does not match.");
            }
        }
    }
}
