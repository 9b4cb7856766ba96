using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs.Log;

/// <summary>A record of the log.</summary>
/// <param name="Lsn">Its number.</param>
/// <param name="Transaction">The transaction that it belongs to.</param>
/// <param name="IsChange">False for what NTFS notes at a checkpoint.</param>
/// <param name="Data">What NTFS wrote.</param>
internal readonly record struct LogRecord(ulong Lsn, uint Transaction, bool IsChange, byte[] Data)
{
    /// <summary>The bytes of the data that tell the target.</summary>
    public const int TargetLength = HeadLength + 8;

    private const int HeadLength = 32;
    private const int Commit = 0x1a;
    private const int Forget = 0x1b;

    // Data: 0 operation u16   12 target u16   14 clusters that follow u16   20 offset in the cluster, in 512 bytes, u16
    //   24 target's cluster u64   32 clusters u64 …

    /// <summary>True for the end of a transaction that holds.</summary>
    public bool EndsTransaction => IsChange && Data.Length >= 2 && Operation is Commit or Forget;

    /// <summary>The cluster, and the byte in it, of the record or index block that is changed; null where neither is.</summary>
    public (long Cluster, int Within)? Target => IsChange && Data.Length >= TargetLength && LittleEndian.U16(Data, 14) > 0 && ChangesStructure
        ? (LittleEndian.I64(Data, HeadLength), LittleEndian.U16(Data, 20) * 512)
        : null;

    private int Operation => LittleEndian.U16(Data, 0);

    // Records and index blocks tell by their own LSN what they have; bitmaps and the content of others do not.
    private bool ChangesStructure => Operation is (>= 0x02 and <= 0x07) or 0x09 or (>= 0x0b and <= 0x14) or (>= 0x21 and <= 0x25);
}
