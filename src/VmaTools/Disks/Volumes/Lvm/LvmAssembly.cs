using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.Volumes.Lvm;

/// <summary>One volume group whose physical volumes were looked for: its metadata and who is there.</summary>
internal sealed class LvmAssembly
{
    private readonly Dictionary<string, LvmMember> _members;

    private LvmAssembly(LvmGroup group, Dictionary<string, LvmMember> members)
    {
        Group = group;
        _members = members;
    }

    public LvmGroup Group { get; }

    public IEnumerable<DiskVolume> Volumes => _members.Values.Select(static m => m.Volume);

    /// <summary>True where every physical volume is there.</summary>
    public bool IsComplete => _members.Count == Group.Physical.Count;

    /// <summary>The physical volumes of the group that are not there.</summary>
    public IEnumerable<LvmPhysical> Missing => Group.Physical.Where(p => !_members.ContainsKey(p.Uuid));

    /// <summary>
    /// The volume groups that physical volumes belong to, by UUID. Where one comes twice it is a clone, and belongs to a group of
    /// clones.
    /// </summary>
    public static List<LvmAssembly> Assemble(IReadOnlyList<LvmMember> members)
    {
        List<LvmAssembly> assemblies = [];
        foreach (IGrouping<string, LvmMember> group in members.Where(static m => m.Group is not null).GroupBy(static m => m.Group!.Uuid))
        {
            LvmGroup newest = Newest(group);
            ILookup<string, LvmMember> found = members.ToLookup(static m => m.Label.Uuid);
            int copies = newest.Physical.Select(p => found[p.Uuid].Count()).DefaultIfEmpty(0).Max();
            for (int copy = 0; copy < copies; copy++)
            {
                Dictionary<string, LvmMember> present = new(StringComparer.Ordinal);
                foreach (LvmPhysical physical in newest.Physical)
                {
                    if (found[physical.Uuid].Skip(copy).FirstOrDefault() is LvmMember member)
                    {
                        present[physical.Uuid] = member;
                    }
                }

                // A clone may have gone its own way since.
                LvmMember[] own = present.Values.Where(m => m.Group?.Uuid == group.Key).ToArray();
                assemblies.Add(new LvmAssembly(own.Length > 0 ? Newest(own) : newest, present));
            }
        }

        return assemblies;
    }

    /// <summary>The visible logical volumes. One that is not read here, or is damaged, is there with its problem.</summary>
    /// <param name="groupId">The name of the group, told apart from others of the same.</param>
    /// <param name="sectorSize">Bytes in a logical sector.</param>
    public IEnumerable<DiskVolume> Build(string groupId, int sectorSize)
    {
        foreach (LvmSection logical in Group.Logical)
        {
            if (LvmGroup.IsVisible(logical))
            {
                yield return Build(logical, groupId, sectorSize);
            }
        }
    }

    private DiskVolume Build(LvmSection logical, string groupId, int sectorSize)
    {
        LvmMapper mapper = new(Group, p => _members.TryGetValue(p.Uuid, out LvmMember? member) ? member.Volume.Bytes : null, sectorSize);
        VmaFileSystemException? refusal = null;
        DiskBytes bytes;
        try
        {
            bytes = mapper.Map(logical);
        }
        catch (VmaException exception)
        {
            refusal = exception as VmaFileSystemException ?? new VmaFileSystemException(exception.Code, exception.Sentence, innerException: exception);
            bytes = new LostDiskBytes(SizeOf(logical), exception.Code, exception.Sentence);
        }

        string name = LvmGroup.NameOf(logical);
        DiskVolume volume = new(groupId + "/" + name, DiskVolumeType.LogicalVolume, bytes)
        {
            Refusal = refusal,
            VolumeUuid = logical.FindText("id"),
            DevicePath = "/dev/mapper/" + Escaped(Group.Name) + "-" + Escaped(name),
            Members = mapper.Used.Select(p => _members.TryGetValue(p.Uuid, out LvmMember? member)
                ? new VolumeMember(member.Volume.Id, p.Uuid, VolumeMemberState.Present)
                : new VolumeMember(LvmMapper.Describe(p), p.Uuid, VolumeMemberState.Missing)).ToArray(),
        };
        volume.OtherNames.Add("/dev/" + Group.Name + "/" + name);
        foreach ((string code, string message) in mapper.Warnings)
        {
            volume.Warn(code, message);
        }

        foreach (LvmPhysical missing in mapper.Missing)
        {
            volume.Warn(
                VmaCodes.VolumeMemberMissing, $"The physical volume {LvmMapper.Describe(missing)} is on none of the disks; what lies on it is lost.");
        }

        return volume;
    }

    private long SizeOf(LvmSection logical)
    {
        try
        {
            return Group.SizeOf(logical);
        }
        catch (VmaFileSystemException)
        {
            return 0;
        }
    }

    private static LvmGroup Newest(IEnumerable<LvmMember> members) =>
        members.Select(static m => m.Group!).Aggregate(static (a, b) => b.Sequence > a.Sequence ? b : a);

    /// <summary>A name as the device mapper writes it: a hyphen is doubled, so that one alone separates.</summary>
    private static string Escaped(string name) => name.Replace("-", "--");
}
