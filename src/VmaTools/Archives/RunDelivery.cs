using System;
using System.Collections.Generic;
using VmaTools.Extents;
using VmaTools.Format;

namespace VmaTools.Archives;

/// <summary>Turns the clusters of an extent into the fewest possible runs of data and zeros, and hands them to the sinks.</summary>
internal sealed class RunDelivery : IClusterReceiver
{
    private readonly VmaDevice?[] _devices = new VmaDevice?[byte.MaxValue + 1];
    private readonly VmaSink[]?[] _sinks = new VmaSink[]?[byte.MaxValue + 1];
    private ExtentFrame? _frame;

    // The run that grows as long as pieces follow each other.
    private DeviceProgress? _device;
    private bool _isData;
    private long _offset;
    private long _length;
    private int _dataAt;

    // Zeros behind what was the end of a vmstate when they came: its length grows with what is stored, and they count then. Its clusters
    // come in order, or it is not whole, so one run is all there is to remember.
    private readonly (long Offset, long Length)[] _behindEnd = new (long Offset, long Length)[byte.MaxValue + 1];

    public RunDelivery(IReadOnlyList<VmaDevice> devices, IReadOnlyList<VmaSink> sinks)
    {
        foreach (VmaDevice device in devices)
        {
            List<VmaSink> interested = [];
            foreach (VmaSink sink in sinks)
            {
                if (sink.Wants(device))
                {
                    interested.Add(sink);
                }
            }

            _devices[device.DeviceId] = device;
            _sinks[device.DeviceId] = interested.Count == 0 ? null : [.. interested];
        }
    }

    /// <summary>Begins an extent; its bytes are delivered from until <see cref="Flush"/>.</summary>
    public void Begin(ExtentFrame frame) => _frame = frame;

    public void OnCluster(DeviceProgress device, Slot slot, int dataAt, bool isTrusted)
    {
        if (_sinks[device.Entry.Id] is null)
        {
            return;
        }

        long offset = (long)slot.Cluster * Layout.ClusterSize;
        int block = 0;
        while (block < Layout.BlocksPerCluster)
        {
            bool isData = BlockMask.IsStored(slot.Mask, block);
            int first = block;
            block = BlockMask.EndOfRun(slot.Mask, block);
            int length = (block - first) * Layout.BlockSize;
            Add(device, isData, offset + (first * Layout.BlockSize), length, dataAt);
            dataAt += isData ? length : 0;
        }
    }

    /// <summary>Delivers what is held back; to be called at the end of each extent.</summary>
    public void Flush()
    {
        if (_device is { } device)
        {
            // What a device's last block holds beyond its end is never given out.
            long length = Math.Max(0, Math.Min(_length, device.Length - _offset));
            if (device.IsVmstate)
            {
                DeliverBehindEnd(device);
            }

            if (length > 0)
            {
                Deliver(device.Entry.Id, _isData, _offset, length);
            }

            if (device.IsVmstate && length < _length)
            {
                KeepBehindEnd(device, _offset + length, _length - length);
            }

            _device = null;
        }
    }

    private void Add(DeviceProgress device, bool isData, long offset, int length, int dataAt)
    {
        bool continues = _device == device
            && _isData == isData
            && _offset + _length == offset
            && (!isData || _dataAt + _length == dataAt);
        if (continues)
        {
            _length += length;
            return;
        }

        Flush();
        _device = device;
        _isData = isData;
        _offset = offset;
        _length = length;
        _dataAt = dataAt;
    }

    /// <summary>Delivers the zeros behind a vmstate's former end as far as it reaches now.</summary>
    private void DeliverBehindEnd(DeviceProgress device)
    {
        ref (long Offset, long Length) zeros = ref _behindEnd[device.Entry.Id];
        long length = Math.Min(zeros.Length, device.Length - zeros.Offset);
        if (length > 0)
        {
            Deliver(device.Entry.Id, isData: false, zeros.Offset, length);
            zeros = (zeros.Offset + length, zeros.Length - length);
        }
    }

    private void KeepBehindEnd(DeviceProgress device, long offset, long length)
    {
        ref (long Offset, long Length) zeros = ref _behindEnd[device.Entry.Id];
        zeros = zeros.Length > 0 && zeros.Offset + zeros.Length == offset ? (zeros.Offset, zeros.Length + length) : (offset, length);
    }

    private void Deliver(int id, bool isData, long offset, long length)
    {
        VmaDevice device = _devices[id]!;
        foreach (VmaSink sink in _sinks[id]!)
        {
            if (isData)
            {
                sink.OnData(device, offset, _frame!.Data.Slice(_dataAt, (int)length));
            }
            else
            {
                sink.OnZeros(device, offset, length);
            }
        }
    }
}
