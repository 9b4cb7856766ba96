using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using VmaTools.Disks.Partitions;
using VmaTools.Disks.Volumes.Locks;
using VmaTools.Disks.Volumes.Lvm;
using VmaTools.Disks.Volumes.Md;

namespace VmaTools.Disks.Volumes;

/// <summary>
/// Finds volumes on disks, and in what they form together: first what every disk holds, then, layer by layer, arrays and volume
/// groups, whole ones before those that lack members, which may yet turn up in another layer.
/// </summary>
internal sealed class VolumeFinder
{
    // Metadata may claim any number of volumes, and volumes within volumes without end.
    private const int MaxVolumes = 4096;
    private const int MaxRounds = 64;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _arrays = new(StringComparer.Ordinal);
    private readonly List<MdMember> _raidMembers = [];
    private readonly List<LvmMember> _physical = [];
    private readonly VolumeSecrets? _secrets;
    private readonly CancellationToken _cancellationToken;
    private int _examined;

    /// <param name="secrets">What locked volumes are opened with; null where nothing is.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public VolumeFinder(VolumeSecrets? secrets, CancellationToken cancellationToken)
    {
        _secrets = secrets;
        _cancellationToken = cancellationToken;
    }

    public List<DiskVolume> Volumes { get; } = [];

    public List<VolumeWarning> Warnings { get; } = [];

    /// <summary>What holds keys, to be disposed.</summary>
    public List<DiskBytes> Unlocked { get; } = [];

    public void Find(IReadOnlyList<KeyValuePair<string, DiskBytes>> disks)
    {
        foreach (KeyValuePair<string, DiskBytes> disk in disks)
        {
            AddDisk(Unique(disk.Key), disk.Value);
        }

        for (int round = 0; round < MaxRounds && Assemble(); round++)
        {
        }

        BtrfsDevices.Group(Volumes);
        GiveWarningsToVolumes();
        foreach (IGrouping<string, DiskVolume> same in Volumes.GroupBy(static v => VolumeLookup.LastPart(v.Id)))
        {
            DiskVolume only = same.First();
            only.ShortId = same.Count() == 1 && only.Id != same.Key && !_ids.Contains(same.Key) ? same.Key : null;
        }
    }

    /// <summary>What is told of a disk or an array that is a volume itself is told of the volume.</summary>
    private void GiveWarningsToVolumes()
    {
        ILookup<string, VolumeWarning> told = Warnings.Distinct().ToLookup(static w => w.Volume);
        foreach (DiskVolume volume in Volumes)
        {
            volume.OwnWarnings.AddRange(told[volume.Id].Except(volume.OwnWarnings).ToArray());
        }

        HashSet<string> ids = new(Volumes.Select(static v => v.Id), StringComparer.Ordinal);
        Warnings.RemoveAll(w => ids.Contains(w.Volume));
    }

    private void AddDisk(string name, DiskBytes bytes)
    {
        PartitionTable? table = ReadTable(name, bytes);
        if (table is null || IsRaidMemberAsAWhole(bytes, table) || !AddPartitions(name, bytes, table))
        {
            DiskVolume whole = new(name, DiskVolumeType.WholeDisk, bytes) { Disk = name };
            Probe(whole);
            Add(whole);
        }
    }

    /// <summary>Adds the partitions of a disk or an array; false where it has none.</summary>
    private bool AddPartitions(string name, DiskBytes bytes, PartitionTable table, bool isDecrypted = false)
    {
        HashSet<int> numbers = [0];
        foreach (Partition partition in table.Partitions)
        {
            // Two entries of one number would be two volumes of one name; a container holds others.
            if (partition.Size <= 0 || partition.IsContainer || !numbers.Add(partition.Index))
            {
                continue;
            }

            RangeDiskBytes range = new(bytes, partition.Offset, partition.Size, table.SectorSize);
            string id = Unique(string.Format(CultureInfo.InvariantCulture, "{0}/p{1}", name, partition.Index));
            string? byType = VolumeKinds.OfPartitionType(partition.TypeId);
            Add(new DiskVolume(id, DiskVolumeType.Partition, range)
            {
                Disk = name,
                Partition = partition,
                DiskSignature = table.DiskId,
                FileSystemKind = byType ?? VolumeKinds.NameOf(partition.FileSystem),
                Label = byType is null ? partition.Label : null,
                Uuid = byType is null ? partition.Uuid : null,
                IsDecrypted = isDecrypted,
            });
        }

        return numbers.Count > 1;
    }

    private PartitionTable? ReadTable(string name, DiskBytes bytes)
    {
        LenientDiskBytes lenient = new(bytes);
        PartitionTable table = PartitionTable.Read(new DiskBytesStream(lenient), lenient.Length);
        foreach (PartitionWarning warning in table.Warnings)
        {
            Warnings.Add(new VolumeWarning(warning.Code.ToString(), warning.Message, name));
        }

        WarnOfLoss(lenient, name);
        return table.Scheme == PartitionScheme.None ? null : table;
    }

    /// <summary>True for a disk whose RAID superblock lies behind all of its partitions: the table is that of the array.</summary>
    private static bool IsRaidMemberAsAWhole(DiskBytes bytes, PartitionTable table)
    {
        long? superblock = MdSuperblock.FindAtEnd(new LenientDiskBytes(bytes));
        return superblock is long offset && !table.Partitions.Any(p => p.Offset <= offset && offset < p.Offset + p.Size);
    }

    /// <summary>Recognises what a volume holds.</summary>
    private void Probe(DiskVolume volume)
    {
        if (volume.Refusal is not null)
        {
            return;
        }

        LenientDiskBytes lenient = new(volume.Bytes);
        FileSystemFacts? facts = FileSystemProbe.Probe(new DiskReader(new DiskBytesStream(lenient), lenient.Length));
        volume.FileSystemKind = VolumeKinds.NameOf(facts?.Name);
        volume.Label = facts?.Label;
        volume.Uuid = facts?.Uuid;
        WarnOfLoss(lenient, volume.Id);
    }

    private void WarnOfLoss(LenientDiskBytes bytes, string name)
    {
        // That a member is missing is told already.
        if (bytes.Loss is { Code: not VmaCodes.VolumeMemberMissing } loss)
        {
            Warnings.Add(new VolumeWarning(
                VmaCodes.VolumeDamaged,
                $"Places where tables and signatures stand cannot be read; what they would tell is not known. {loss.Code}: {loss.Sentence}",
                name));
        }
    }

    /// <summary>Puts together what can be by now; false where there was nothing to put together.</summary>
    private bool Assemble()
    {
        for (; _examined < Volumes.Count; _examined++)
        {
            Examine(Volumes[_examined]);
        }

        List<MdArray> arrays = MdArray.Group(_raidMembers);
        List<LvmAssembly> groups = LvmAssembly.Assemble(_physical);
        if (arrays.Exists(static a => a.IsComplete) || groups.Exists(static g => g.IsComplete))
        {
            arrays.RemoveAll(static a => !a.IsComplete);
            groups.RemoveAll(static g => !g.IsComplete);
        }
        else if (arrays.Count > 0)
        {
            groups.Clear();
        }

        // Arrays that bring a number along have it before others take one.
        foreach (MdArray array in arrays.OrderBy(static a => a.Number is null))
        {
            AddArray(array);
        }

        groups.ForEach(AddGroup);
        return arrays.Count + groups.Count > 0;
    }

    private void Examine(DiskVolume volume)
    {
        if (volume.Refusal is null && LockedVolumes.Open(volume, _secrets, _cancellationToken) is DiskBytes content)
        {
            Unlocked.Add(content);
            volume.Unlock(content);
            if (ReadTable(volume.Id, content) is not PartitionTable table || !AddPartitions(volume.Id, content, table, isDecrypted: true))
            {
                Probe(volume);
            }
            else
            {
                volume.FileSystemKind = null;
            }
        }

        try
        {
            if (volume.FileSystemKind == VolumeKinds.RaidMember && MdSuperblock.Read(volume.Bytes) is MdSuperblock superblock)
            {
                _raidMembers.Add(new MdMember(volume, superblock));
            }
            else if (volume.FileSystemKind == VolumeKinds.LvmMember && LvmMember.Read(volume) is LvmMember member)
            {
                _physical.Add(member);
            }
        }
        catch (VmaException exception)
        {
            volume.Warn(exception.Code, exception.Sentence);
        }
    }

    private void AddArray(MdArray array)
    {
        bool isClone = !_arrays.Add(array.Superblock.ArrayUuid);
        int number = array.Number ?? 0;
        while (!isClone && _ids.Contains(ArrayId(number)))
        {
            number++;
        }

        string id = Unique(ArrayId(number));
        DiskVolume volume = array.Build(id);
        if (isClone)
        {
            volume.Warn(VmaCodes.VolumeDuplicate, $"The members of the array {array.Superblock.ArrayUuid} come more than once, as on disks and their clones.");
        }

        foreach (DiskVolume member in array.Volumes)
        {
            member.MemberOf = id;
            _raidMembers.RemoveAll(m => m.Volume == member);
        }

        if (volume.Refusal is null && ReadTable(id, volume.Bytes) is PartitionTable table)
        {
            Add(volume);
            AddPartitions(id, volume.Bytes, table);
            return;
        }

        Probe(volume);
        Add(volume);
    }

    private void AddGroup(LvmAssembly assembly)
    {
        LvmGroup group = assembly.Group;
        string name = Unique(group.Name);
        if (name != group.Name)
        {
            Warnings.Add(new VolumeWarning(
                VmaCodes.VolumeDuplicate, $"There is more than one volume group {Printable.Short(group.Name)}; this one has the UUID {Printable.Short(group.Uuid)}.", name));
        }

        foreach (LvmPhysical missing in assembly.Missing)
        {
            Warnings.Add(new VolumeWarning(
                VmaCodes.VolumeMemberMissing,
                $"The physical volume {LvmMapper.Describe(missing)} of the volume group {Printable.Short(name)} is on none of the disks.",
                name));
        }

        int sectorSize = 512;
        foreach (DiskVolume member in assembly.Volumes)
        {
            member.MemberOf = name;
            sectorSize = Math.Max(sectorSize, member.SectorSize);
            _physical.RemoveAll(m => m.Volume == member);
        }

        foreach (DiskVolume volume in assembly.Build(name, sectorSize))
        {
            Probe(volume);
            Add(volume);
        }
    }

    private void Add(DiskVolume volume)
    {
        if (Volumes.Count < MaxVolumes && (_ids.Contains(volume.Id) || _ids.Add(volume.Id)))
        {
            Volumes.Add(volume);
        }
        else if (Volumes.Count == MaxVolumes && !Warnings.Exists(static w => w.Code == VmaCodes.VolumeNotSupported))
        {
            Warnings.Add(new VolumeWarning(VmaCodes.VolumeNotSupported, $"The disks have more than {MaxVolumes} volumes; the others were left out.", volume.Id));
        }
    }

    /// <summary>The id, or the same told apart from those that are taken. It is taken from now on.</summary>
    private string Unique(string id)
    {
        string unique = id;
        for (int i = 2; !_ids.Add(unique); i++)
        {
            unique = id + "~" + i.ToString(CultureInfo.InvariantCulture);
        }

        return unique;
    }

    private static string ArrayId(int number) => "md" + number.ToString(CultureInfo.InvariantCulture);
}
