namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>Which clusters have an entry in the file allocation table: in files, or bad.</summary>
internal sealed class FatUse(FatTable table, FatGeometry geometry) : ClusterUse(geometry.DataOffset, geometry.ClusterSize, table.Clusters)
{
    private readonly FatTable.Reader _reader = table.NewReader();

    protected override bool Read(long cluster) => _reader.Next((uint)cluster + FatTable.FirstCluster) != 0;
}
