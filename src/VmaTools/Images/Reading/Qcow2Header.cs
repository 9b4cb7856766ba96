using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Images.Reading;

/// <summary>The header of a QCOW2 image, and what it asks for that is not done here.</summary>
/// <remarks>
/// Big-endian. Version 2 ends after 72 bytes.
/// <code>
///   0  magic "QFI\xFB"                4     60  snapshots               4
///   4  version                        4     64  offset of these         8
///   8  offset of the backing file's name 8  72  features that a reader must know  8
///  16  its length                     4     80  features that it need not know    8
///  20  bits of a cluster's size       4     88  features that a writer must clear 8
///  24  size of the disk               8     96  bits of a refcount's bits  4
///  32  encryption                     4    100  length of the header    4
///  36  entries of L1                  4    104  compression             1
///  40  offset of L1                   8
///  48  refcounts                     12
/// </code>
/// </remarks>
internal sealed class Qcow2Header
{
    private const int SizeV2 = 72;
    private const int SizeV3 = 104;
    private const int MaxL1Entries = 32 << 20 >> 3;
    private const int MaxBackingName = 1023;

    /// <summary>A subcluster, the 32nd of a cluster, has a sector at least.</summary>
    private const int MinBitsOfDivided = 14;
    private const ulong DirtyBit = 1;
    private const ulong CorruptBit = 2;
    private const ulong ExternalDataBit = 4;
    private const ulong CompressionBit = 8;
    private const ulong SubclustersBit = 16;

    private Qcow2Header(int version, int clusterBits, long size, long l1Offset, Features features)
    {
        Version = version;
        ClusterBits = clusterBits;
        Size = size;
        L1Offset = l1Offset;
        IsZstd = features.HasFlag(Features.Zstd);
        HasSubclusters = features.HasFlag(Features.Subclusters);
    }

    /// <summary>What an image has beyond the plain format and is read here.</summary>
    [Flags]
    private enum Features
    {
        None = 0,
        Zstd = 1,
        Subclusters = 2,
    }

    public int Version { get; }

    public int ClusterBits { get; }

    public int ClusterSize => 1 << ClusterBits;

    /// <summary>Size of the disk in bytes.</summary>
    public long Size { get; }

    public long L1Offset { get; }

    /// <summary>Whether compressed clusters are of Zstandard rather than deflate.</summary>
    public bool IsZstd { get; }

    /// <summary>Whether entries for clusters tell of each 32nd of a cluster (extended L2 entries).</summary>
    public bool HasSubclusters { get; }

    /// <summary>Bits of the size of an entry for a cluster.</summary>
    public int EntryBits => HasSubclusters ? 4 : 3;

    /// <summary>Bits of the number of bytes that one table of clusters stands for.</summary>
    public int TableSpanBits => ClusterBits + ClusterBits - EntryBits;

    public static bool Matches(ReadOnlySpan<byte> start) => start.Length > 3 && start.StartsWith("QFI"u8) && start[3] == 0xFB;

    public static Qcow2Header Read(ImageFile file)
    {
        byte[] bytes = file.Read(0, SizeV2, "The header");
        uint version = BigEndian.U32(bytes, 4);
        if (version is not (2 or 3))
        {
            throw file.NotSupported($"version {version} of the format is not read; versions 2 and 3 are.");
        }

        uint clusterBits = BigEndian.U32(bytes, 20);
        if (clusterBits is < 9 or > 21)
        {
            throw file.Damaged($"clusters of 2^{clusterBits} bytes do not exist.", 20);
        }

        RefuseBackingFile(file, bytes);
        if (BigEndian.U32(bytes, 32) is not 0 and uint encryption)
        {
            string name = encryption switch { 1 => "AES", 2 => "LUKS", _ => encryption.ToString(CultureInfo.InvariantCulture) };
            throw file.NotSupported($"the image is encrypted ({name}); have qemu-img convert write it without.");
        }

        Features features = version == 3 ? ReadFeatures(file, (int)clusterBits) : Features.None;
        ulong size = BigEndian.U64(bytes, 24);
        ulong l1Offset = BigEndian.U64(bytes, 40);
        uint l1Entries = BigEndian.U32(bytes, 36);

        // Each entry stands for a table of clusters.
        Qcow2Header header = new((int)version, (int)clusterBits, (long)size, (long)l1Offset, features);
        ulong span = 1UL << header.TableSpanBits;
        if (size > long.MaxValue - span || l1Entries > MaxL1Entries || ((size + span - 1) >> header.TableSpanBits) > l1Entries)
        {
            throw file.Damaged($"its table of tables with {l1Entries} entries does not fit a disk of {size} bytes.", 24);
        }

        if ((l1Offset & ((1UL << (int)clusterBits) - 1)) != 0 || l1Offset > long.MaxValue)
        {
            throw file.Damaged("its table of tables begins within a cluster.", 40);
        }

        file.CheckRange((long)l1Offset, l1Entries * 8L, "The table of tables");
        if (BigEndian.U32(bytes, 60) is not 0 and uint snapshots)
        {
            file.Tell(VmaCodes.ImageSnapshotsLeftOut, $"the image holds {snapshots} internal snapshot(s); its current state is read, not these.", 60);
        }

        return header;
    }

    private static void RefuseBackingFile(ImageFile file, byte[] header)
    {
        ulong offset = BigEndian.U64(header, 8);
        if (offset == 0)
        {
            return;
        }

        uint length = BigEndian.U32(header, 16);
        string name = length <= MaxBackingName && offset <= (ulong)file.Length && length <= (ulong)file.Length - offset
            ? $" '{Printable.Short(Encoding.UTF8.GetString(file.Read((long)offset, (int)length, "The name of the backing file")))}'"
            : string.Empty;
        throw file.NotSupported($"the image holds only what differs from its backing file{name}, which is not read; have qemu-img convert join them.");
    }

    /// <summary>Refuses what is not understood.</summary>
    private static Features ReadFeatures(ImageFile file, int clusterBits)
    {
        byte[] bytes = file.Read(0, SizeV3, "The header");
        ulong features = BigEndian.U64(bytes, 72);
        uint length = BigEndian.U32(bytes, 100);
        if (length < SizeV3 || length > 1 << clusterBits)
        {
            throw file.Damaged($"its header cannot have {length} bytes.", 100);
        }

        if ((features & ExternalDataBit) != 0)
        {
            throw file.NotSupported("the data are in an external data file, which is not read; have qemu-img convert join them.");
        }

        bool hasSubclusters = (features & SubclustersBit) != 0;
        if (hasSubclusters && clusterBits < MinBitsOfDivided)
        {
            throw file.Damaged($"clusters of 2^{clusterBits} bytes cannot have subclusters.", 20);
        }

        if ((features & CorruptBit) != 0)
        {
            throw file.NotSupported("QEMU has marked the image as corrupt; have qemu-img check -r all repair it.");
        }

        ulong unknown = features & ~(DirtyBit | CorruptBit | ExternalDataBit | CompressionBit | SubclustersBit);
        if (unknown != 0)
        {
            IEnumerable<int> bits = Enumerable.Range(0, 64).Where(b => (unknown >> b & 1) != 0);
            throw file.NotSupported($"the image needs features that are not known here (bits {string.Join(", ", bits)}).");
        }

        if ((features & DirtyBit) != 0)
        {
            file.Tell(VmaCodes.ImageNotClosed, "the image was not closed (dirty bit); its counts of references may be wrong, which reading does not need.", 72);
        }

        bool isZstd = (features & CompressionBit) != 0;
        if (isZstd && (length <= SizeV3 || file.Read(SizeV3, 1, "The header")[0] != 1))
        {
            throw file.NotSupported("its clusters are compressed in a way that is not known here.");
        }

        return (isZstd ? Features.Zstd : Features.None) | (hasSubclusters ? Features.Subclusters : Features.None);
    }
}
