using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>Where the copies of a file allocation table lie.</summary>
/// <param name="Offset">First byte of the first copy.</param>
/// <param name="Length">Bytes of one copy.</param>
/// <param name="Copies">How many there are, one behind the other.</param>
/// <param name="Active">The only copy that is kept up to date, or null where all are the same.</param>
/// <param name="Bits">Bits of an entry that count: 12, 16, 28 (FAT32), 32 (exFAT).</param>
/// <param name="Clusters">Number of clusters of the file system.</param>
internal sealed record FatTableLayout(long Offset, long Length, int Copies, int? Active, int Bits, uint Clusters);

/// <summary>
/// The file allocation table of FAT and exFAT: for each cluster the one that follows it in its file. What is lost of one copy is
/// read from another.
/// </summary>
internal sealed class FatTable
{
    /// <summary>Clusters count from here.</summary>
    public const uint FirstCluster = 2;

    /// <summary>No more clusters are read: 128 TiB of the clusters that are usual on large volumes.</summary>
    public const uint MaxClusters = 1u << 30;

    /// <summary>What an entry says where no cluster follows; every value from here on does.</summary>
    public const uint End = 0xFFFFFFF8;

    /// <summary>The cluster is bad.</summary>
    public const uint Bad = 0xFFFFFFF7;

    // A whole number of entries of every size, so that none lies on a border.
    private const int WindowSize = 12 * 1024;
    private const int EntryRead = 4;

    private readonly DiskBytes _volume;
    private readonly FatTableLayout _layout;
    private readonly Action<long> _onOtherCopy;

    /// <param name="volume">The volume, cached.</param>
    /// <param name="layout">Where the copies lie.</param>
    /// <param name="onOtherCopy">Hears of the place at which the first copy could not be read, but another one.</param>
    public FatTable(DiskBytes volume, FatTableLayout layout, Action<long> onOtherCopy)
    {
        _volume = volume;
        _layout = layout;
        _onOtherCopy = onOtherCopy;
    }

    /// <summary>Number of clusters of the file system.</summary>
    public uint Clusters => _layout.Clusters;

    private int EntryBits => _layout.Bits == 28 ? 32 : _layout.Bits;

    public bool IsCluster(uint cluster) => cluster >= FirstCluster && cluster - FirstCluster < _layout.Clusters;

    /// <summary>Where the entry of a cluster stands in the copy that is used.</summary>
    public long OffsetOf(uint cluster) => CopyOffset(_layout.Active ?? 0) + ((long)cluster * EntryBits / 8);

    /// <summary>Reads entries in any order; each reader keeps what it read last.</summary>
    public Reader NewReader() => new(this);

    private long CopyOffset(int copy) => _layout.Offset + (copy * _layout.Length);

    /// <summary>Reads a range of the table from the first copy that has it.</summary>
    private void Read(long offset, Span<byte> target)
    {
        try
        {
            _volume.Read(CopyOffset(_layout.Active ?? 0) + offset, target);
        }
        catch (VmaException) when (_layout.Active is null && _layout.Copies > 1)
        {
            ReadOtherCopy(offset, target);
        }
    }

    private void ReadOtherCopy(long offset, Span<byte> target)
    {
        for (int copy = 1; ; copy++)
        {
            try
            {
                _volume.Read(CopyOffset(copy) + offset, target);
                _onOtherCopy(CopyOffset(0) + offset);
                return;
            }
            catch (VmaException) when (copy + 1 < _layout.Copies)
            {
                // Another one may have it.
            }
        }
    }

    internal sealed class Reader(FatTable table)
    {
        private readonly byte[] _window = new byte[WindowSize + EntryRead];
        private long _start = -1;

        /// <summary>
        /// What the entry of a cluster says: the next cluster, 0 for a free one, <see cref="Bad"/>, or <see cref="End"/> and above,
        /// whatever the size of entries.
        /// </summary>
        public uint Next(uint cluster)
        {
            long offset = (long)cluster * table.EntryBits / 8;
            long start = offset - (offset % WindowSize);
            int within = (int)(offset - start);
            if (start != _start && !TryFill(start))
            {
                // A part of the window is lost; what is wanted here may be there.
                table.Read(offset, _window.AsSpan(within, (int)Math.Min(EntryRead, table._layout.Length - offset)));
            }

            uint value = BinaryPrimitives.ReadUInt32LittleEndian(_window.AsSpan(within, EntryRead));
            int bits = table._layout.Bits;
            value = bits == 12 && (cluster & 1) != 0 ? value >> 4 : value;
            uint mask = uint.MaxValue >> (32 - bits);
            value &= mask;
            return value >= (Bad & mask) ? value | ~mask : value;
        }

        private bool TryFill(long start)
        {
            _start = -1;
            try
            {
                table.Read(start, _window.AsSpan(0, (int)Math.Min(WindowSize, table._layout.Length - start)));
            }
            catch (VmaException)
            {
                return false;
            }

            _start = start;
            return true;
        }
    }
}
