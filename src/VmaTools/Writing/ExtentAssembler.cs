using System;
using VmaTools.Bytes;
using VmaTools.Format;

namespace VmaTools.Writing;

/// <summary>
/// Makes extents of the bytes of devices that come in order, zeros left out, and frames of these. Every device begins an extent and
/// a frame, so that where a cluster ends up follows from its place on the device, and from what is beside it, alone.
/// </summary>
internal sealed class ExtentAssembler
{
    private const int ExtentSpan = Layout.SlotsWritten * Layout.ClusterSize;

    private readonly byte[] _uuid;
    private readonly FramePipeline _pipeline;

    // Whole clusters of the extent that are known to be zero: their bytes in the buffer are whatever was there.
    private readonly bool[] _isKnownZero = new bool[Layout.SlotsWritten];
    private readonly Slot[] _slots = new Slot[Layout.SlotsWritten];
    private FrameBuffer _frame;
    private byte _deviceId;
    private long _extent;
    private long _storedBefore;
    private int _filled;

    public ExtentAssembler(byte[] uuid, FramePipeline pipeline)
    {
        _uuid = uuid;
        _pipeline = pipeline;
        _frame = pipeline.Take();
    }

    /// <summary>Clusters written so far.</summary>
    public long Clusters { get; private set; }

    /// <summary>Blocks of these that are stored.</summary>
    public long StoredBlocks { get; private set; }

    /// <summary>
    /// Where the next bytes of the device go: as many as the extent still takes, at least one. <see cref="Advance"/> tells how many
    /// are there.
    /// </summary>
    public Span<byte> Room => _frame.Bytes.AsSpan(DataStart + _filled, ExtentSpan - _filled);

    private int DataStart => _frame.Length + Layout.ExtentHeaderSize;

    /// <summary>Writes the archive's header.</summary>
    public void WriteHeader(byte[] header)
    {
        header.CopyTo(_frame.Bytes, 0);
        _frame.Length = header.Length;
        EndFrame();
    }

    /// <summary>Begins a device.</summary>
    public void BeginDevice(int id)
    {
        _deviceId = (byte)id;
        _extent = 0;
        _storedBefore = StoredBlocks;
    }

    /// <summary>Says that bytes were put into <see cref="Room"/>.</summary>
    public void Advance(int count)
    {
        _filled += count;
        if (_filled == ExtentSpan)
        {
            EndExtent();
        }
    }

    /// <summary>Says that the next bytes of the device are these.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            int count = Math.Min(data.Length, Room.Length);
            data.Slice(0, count).CopyTo(Room);
            data = data.Slice(count);
            Advance(count);
        }
    }

    /// <summary>Says that the next bytes of the device are zero.</summary>
    public void AppendZeros(long count)
    {
        while (count > 0)
        {
            int within = _filled % Layout.ClusterSize;
            int part = (int)Math.Min(count, Layout.ClusterSize - within);
            if (part == Layout.ClusterSize)
            {
                _isKnownZero[_filled / Layout.ClusterSize] = true;
            }
            else
            {
                Room.Slice(0, part).Clear();
            }

            count -= part;
            Advance(part);
        }
    }

    /// <summary>Ends a device. Its last cluster is filled with zeros.</summary>
    /// <returns>Blocks of it that are stored.</returns>
    public long EndDevice()
    {
        if (_filled > 0)
        {
            int over = _filled % Layout.ClusterSize;
            if (over > 0)
            {
                Room.Slice(0, Layout.ClusterSize - over).Clear();
                _filled += Layout.ClusterSize - over;
            }

            EndExtent();
        }

        if (_frame.Length > 0)
        {
            EndFrame();
        }

        return StoredBlocks - _storedBefore;
    }

    /// <summary>Writes an extent in which nothing is: an archive without devices has one.</summary>
    public void WriteEmptyExtent()
    {
        ExtentHeader.Write(_frame.Bytes, _uuid, []);
        _frame.Length = Layout.ExtentHeaderSize;
        EndFrame();
    }

    private void EndExtent()
    {
        int count = _filled / Layout.ClusterSize;
        byte[] bytes = _frame.Bytes;
        int start = DataStart;
        int end = start;
        for (int i = 0; i < count; i++)
        {
            ushort mask = _isKnownZero[i] ? (ushort)0 : Compact(bytes, start + (i * Layout.ClusterSize), ref end);
            _slots[i] = new Slot(_deviceId, (uint)((_extent * Layout.SlotsWritten) + i), mask);
            _isKnownZero[i] = false;
        }

        ExtentHeader.Write(bytes.AsSpan(_frame.Length), _uuid, _slots.AsSpan(0, count));
        Clusters += count;
        StoredBlocks += (end - start) / Layout.BlockSize;
        bool isLarge = end - start >= FrameBuffer.LargeExtent;
        bool isLastOfRow = _extent % FrameBuffer.MaxExtents == FrameBuffer.MaxExtents - 1;
        _frame.Length = end;
        _filled = 0;
        _extent++;
        if (isLarge || isLastOfRow)
        {
            EndFrame();
        }
    }

    /// <summary>Moves the blocks of a cluster that hold data to where the data of the extent ends so far.</summary>
    /// <returns>Which blocks these are.</returns>
    private static ushort Compact(byte[] bytes, int from, ref int end)
    {
        int mask = 0;
        for (int block = 0; block < Layout.BlocksPerCluster; block++)
        {
            ReadOnlySpan<byte> data = bytes.AsSpan(from + (block * Layout.BlockSize), Layout.BlockSize);
            if (Zeros.AreAll(data))
            {
                continue;
            }

            mask = BlockMask.With(mask, block);
            if (from + (block * Layout.BlockSize) != end)
            {
                data.CopyTo(bytes.AsSpan(end));
            }

            end += Layout.BlockSize;
        }

        return (ushort)mask;
    }

    private void EndFrame()
    {
        _pipeline.Submit(_frame);
        _frame = _pipeline.Take();
    }
}
