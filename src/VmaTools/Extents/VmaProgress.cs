namespace VmaTools;

/// <summary>How far an operation on an archive has come.</summary>
public readonly record struct VmaProgress
{
    /// <summary>Creates a report.</summary>
    /// <param name="bytesRead">Stored (perhaps compressed) bytes of the archive read so far.</param>
    /// <param name="bytesTotal">Stored bytes there are, or null where that is not known.</param>
    /// <param name="clusters">Clusters of devices that came so far, zero ones included.</param>
    public VmaProgress(long bytesRead, long? bytesTotal, long clusters = 0)
    {
        BytesRead = bytesRead;
        BytesTotal = bytesTotal;
        Clusters = clusters;
    }

    /// <summary>Stored (perhaps compressed) bytes of the archive read so far.</summary>
    public long BytesRead { get; }

    /// <summary>Stored bytes there are, or null where that is not known.</summary>
    public long? BytesTotal { get; }

    /// <summary>Clusters (64 KiB each) of devices that came so far, zero ones included.</summary>
    public long Clusters { get; }
}
