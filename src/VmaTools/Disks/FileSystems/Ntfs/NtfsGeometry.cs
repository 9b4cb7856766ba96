using System;
using System.Globalization;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>What a boot sector says: sizes, and where the table of files begins.</summary>
/// <param name="SectorSize">Bytes in a sector.</param>
/// <param name="ClusterSize">Bytes in a cluster.</param>
/// <param name="RecordSize">Bytes in a record of the table.</param>
/// <param name="SectorCount">Sectors that the file system takes.</param>
/// <param name="TableCluster">First cluster of <c>$MFT</c>.</param>
/// <param name="MirrorCluster">First cluster of <c>$MFTMirr</c>.</param>
/// <param name="Serial">The volume's serial number.</param>
internal sealed record NtfsGeometry(
    int SectorSize, int ClusterSize, int RecordSize, long SectorCount, long TableCluster, long MirrorCluster, ulong Serial)
{
    public const int Length = 512;

    private const int MaxClusterSize = 2 << 20;
    private const int MaxRecordSize = 64 << 10;

    public long ByteSize => SectorCount * SectorSize;

    public long ClusterCount => ByteSize / ClusterSize;

    public string Uuid => Serial.ToString("X16", CultureInfo.InvariantCulture);

    public static bool HasSignature(ReadOnlySpan<byte> sector) => sector.Slice(3).StartsWith("NTFS    "u8);

    // Boot sector: 3 "NTFS    "   11 bytes a sector u16   13 sectors a cluster u8 (over 128: minus its power of two)
    //   40 sectors u64   48 cluster of the MFT u64   56 cluster of its mirror u64
    //   64 clusters a record s8 (negative: its power of two in bytes)   72 serial u64

    /// <summary>Reads a boot sector of 512 bytes; null where it is none of NTFS's, or one with values that none can have.</summary>
    public static NtfsGeometry? Parse(ReadOnlySpan<byte> sector)
    {
        if (!HasSignature(sector))
        {
            return null;
        }

        int sectorSize = LittleEndian.U16(sector, 11);
        int setting = sector[13];
        int shift = setting > 128 ? 256 - setting : 0;
        long clusterSectors = setting > 128 ? 1L << Math.Min(shift, 30) : setting;
        if (sectorSize is < 256 or > 4096 || !IsPowerOfTwo(sectorSize) || !IsPowerOfTwo(clusterSectors) || clusterSectors * sectorSize > MaxClusterSize)
        {
            return null;
        }

        int clusterSize = (int)clusterSectors * sectorSize;
        sbyte recordSetting = (sbyte)sector[64];
        long recordSize = recordSetting > 0 ? (long)recordSetting * clusterSize : recordSetting > -31 ? 1L << -recordSetting : 0;
        long sectors = LittleEndian.I64(sector, 40);
        if (recordSize is < 512 or > MaxRecordSize || !IsPowerOfTwo(recordSize) || sectors <= 0 || sectors > long.MaxValue / sectorSize)
        {
            return null;
        }

        return new NtfsGeometry(
            sectorSize,
            clusterSize,
            (int)recordSize,
            sectors,
            LittleEndian.I64(sector, 48),
            LittleEndian.I64(sector, 56),
            LittleEndian.U64(sector, 72));
    }

    /// <summary>The byte offset of clusters on the volume; null where they do not lie within the file system.</summary>
    public long? OffsetOf(long cluster, long count) =>
        cluster >= 0 && count >= 0 && cluster <= ClusterCount && count <= ClusterCount - cluster ? cluster * ClusterSize : null;

    private static bool IsPowerOfTwo(long value) => value > 0 && (value & (value - 1)) == 0;
}
