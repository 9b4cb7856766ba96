namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>Which fragments the maps of the cylinder groups do not have as free.</summary>
internal sealed class UfsUse : ClusterUse
{
    private readonly UfsGroups _groups;
    private readonly long _perGroup;
    private byte[] _free = [];
    private long _group = -1;

    public UfsUse(UfsVolume volume)
        : base(0, volume.Superblock.FragmentSize, volume.Superblock.FragmentCount)
    {
        _groups = new UfsGroups(volume);
        _perGroup = volume.Superblock.FragmentsPerGroup;
    }

    protected override bool Read(long cluster)
    {
        long group = cluster / _perGroup;
        if (group != _group)
        {
            _group = -1;
            _free = _groups.ReadFree(group);
            _group = group;
        }

        int bit = (int)(cluster % _perGroup);
        return (_free[bit / 8] >> (bit % 8) & 1) == 0;
    }
}
