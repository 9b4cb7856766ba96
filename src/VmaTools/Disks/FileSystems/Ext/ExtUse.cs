namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>Which blocks (with bigalloc: clusters) the bitmaps of the groups have as taken.</summary>
internal sealed class ExtUse : ClusterUse
{
    private readonly ExtVolume _volume;
    private readonly int _perGroup;
    private byte[] _bits = [];
    private long _group = -1;

    public ExtUse(ExtVolume volume)
        : base(
            volume.Superblock.FirstDataBlock * (long)volume.BlockSize,
            volume.Superblock.ClusterRatio * volume.BlockSize,
            (volume.Superblock.BlockCount - volume.Superblock.FirstDataBlock + volume.Superblock.ClusterRatio - 1) / volume.Superblock.ClusterRatio)
    {
        _volume = volume;
        _perGroup = (int)(volume.Superblock.BlocksPerGroup / volume.Superblock.ClusterRatio);
    }

    protected override bool Read(long cluster)
    {
        long group = cluster / _perGroup;
        if (group != _group)
        {
            _group = -1;
            _bits = _volume.Bitmaps.ReadBlocks(group);
            _group = group;
        }

        int bit = (int)(cluster % _perGroup);
        return (_bits[bit / 8] >> (bit % 8) & 1) != 0;
    }
}
