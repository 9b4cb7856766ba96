using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Images;

/// <summary>Writes a QCOW2 image, version 3, with clusters of 64 KiB.</summary>
/// <remarks>
/// Everything is big-endian and lies in clusters:
/// <code>
///  cluster 0   header
///  cluster 1   L1 table          8 bytes an L2 table: its position, bit 63
///  ...         data clusters and L2 tables, in the order in which they are needed.
///              L2 table          8 bytes a data cluster: its position, bit 63; 0 for zeros. 8192 entries, so 512 MiB
///  ...         refcount blocks   2 bytes a cluster of the file: how often it is used
///  ...         refcount table    8 bytes a refcount block: its position
/// </code>
/// Bit 63 says that the refcount of the cluster pointed to is exactly one. Clusters are handed out without gaps and never
/// given back, so in the end every cluster of the file is used exactly once, and all refcounts can be written in one sweep.
/// </remarks>
internal sealed class Qcow2Writer : BlockImageWriter
{
    private const int ClusterBits = 16;
    private const int ClusterSize = 1 << ClusterBits;
    private const int EntrySize = 8;
    private const int EntriesPerL2 = ClusterSize / EntrySize;
    private const int PagesPerL2 = ClusterSize / PagedTable.PageSize;
    private const int RefcountsPerBlock = ClusterSize / sizeof(ushort);
    private const int HeaderLength = 104;
    private const long L1Position = ClusterSize;
    private const ulong UsedOnce = 1UL << 63;

    /// <summary>
    /// Position of each L2 table, 0 for none. Whole in memory: it is 8 bytes for each 512 MiB of disk, 32 KiB for 2 TiB.
    /// </summary>
    private readonly long[] _l1;
    private readonly PagedTable _l2;
    private long _end;

    public Qcow2Writer(Stream target, long diskSize, ImageOptions options)
        : base(target, diskSize, ImageFormats.Get(ImageFormat.Qcow2).ImageSize(diskSize, options), ClusterSize)
    {
        _l1 = new long[(BlockCount + EntriesPerL2 - 1) / EntriesPerL2];
        _l2 = new PagedTable(
            target,
            (long)_l1.Length * ClusterSize,
            page => _l1[page / PagesPerL2] + (page % PagesPerL2 * PagedTable.PageSize));
        _end = L1Position + (ClustersFor((long)_l1.Length * EntrySize) * ClusterSize);
    }

    protected override long Locate(long block)
    {
        if (_l1[block / EntriesPerL2] == 0)
        {
            return Nowhere;
        }

        ulong entry = BinaryPrimitives.ReadUInt64BigEndian(_l2.Read(block * EntrySize, EntrySize));
        return entry == 0 ? Nowhere : (long)(entry & ~UsedOnce);
    }

    protected override long Allocate(long block)
    {
        ref long table = ref _l1[block / EntriesPerL2];
        if (table == 0)
        {
            table = TakeCluster();
        }

        long position = TakeCluster();
        BinaryPrimitives.WriteUInt64BigEndian(_l2.Edit(block * EntrySize, EntrySize), (ulong)position | UsedOnce);
        return position;
    }

    protected override void CompleteCore()
    {
        _l2.Flush();
        WriteL1();

        // The refcounts count the clusters they take themselves.
        long used = _end / ClusterSize;
        long blocks = 0;
        long tableClusters;
        while (true)
        {
            tableClusters = ClustersFor(blocks * EntrySize);
            long needed = (used + blocks + tableClusters + RefcountsPerBlock - 1) / RefcountsPerBlock;
            if (needed <= blocks)
            {
                break;
            }

            blocks = needed;
        }

        WriteRefcountBlocks(blocks, used + blocks + tableClusters);
        long tablePosition = _end + (blocks * ClusterSize);
        WriteRefcountTable(tablePosition, blocks, tableClusters);
        WriteHeader(tablePosition, tableClusters);
    }

    private static long ClustersFor(long bytes) => (bytes + ClusterSize - 1) / ClusterSize;

    private long TakeCluster()
    {
        long position = _end;
        _end += ClusterSize;
        return position;
    }

    private void WriteL1() =>
        WriteEntries(L1Position, _l1.Length, index => _l1[index] == 0 ? 0 : (ulong)_l1[index] | UsedOnce);

    private void WriteRefcountBlocks(long blocks, long clusters)
    {
        byte[] buffer = new byte[ClusterSize];
        for (int i = 0; i < RefcountsPerBlock; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(i * sizeof(ushort)), 1);
        }

        for (long block = 0; block < blocks; block++)
        {
            long counted = clusters - (block * RefcountsPerBlock);
            if (counted < RefcountsPerBlock)
            {
                buffer.AsSpan((int)Math.Max(0, counted) * sizeof(ushort)).Clear();
            }

            WriteAt(_end + (block * ClusterSize), buffer);
        }
    }

    private void WriteRefcountTable(long position, long blocks, long clusters) =>
        WriteEntries(
            position,
            clusters * (ClusterSize / EntrySize),
            index => index < blocks ? (ulong)(_end + (index * ClusterSize)) : 0);

    private void WriteEntries(long position, long count, Func<long, ulong> entry)
    {
        byte[] buffer = new byte[ClusterSize];
        for (long first = 0; first < count; first += EntriesPerL2)
        {
            int here = (int)Math.Min(EntriesPerL2, count - first);
            for (int i = 0; i < here; i++)
            {
                BinaryPrimitives.WriteUInt64BigEndian(buffer.AsSpan(i * EntrySize), entry(first + i));
            }

            WriteAt(position + (first * EntrySize), buffer.AsSpan(0, here * EntrySize));
        }
    }

    private void WriteHeader(long refcountTable, long refcountTableClusters)
    {
        // Behind the header comes a list of extensions, whose end is eight zero bytes: here the list is empty.
        byte[] header = new byte[HeaderLength + 8];
        Span<byte> fields = header;
        "QFI"u8.CopyTo(fields);
        fields[3] = 0xFB;
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(4), 3); // version
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(20), ClusterBits);
        BinaryPrimitives.WriteUInt64BigEndian(fields.Slice(24), (ulong)ImageSize);
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(36), (uint)_l1.Length);
        BinaryPrimitives.WriteUInt64BigEndian(fields.Slice(40), L1Position);
        BinaryPrimitives.WriteUInt64BigEndian(fields.Slice(48), (ulong)refcountTable);
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(56), (uint)refcountTableClusters);

        // No backing file, encryption, snapshots or feature bits; lazy refcounts would be one of the latter.
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(96), 4); // refcounts of 2^4 bits
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(100), HeaderLength);
        WriteAt(0, header);
    }
}
