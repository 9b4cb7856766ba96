using System;
using System.Collections.Generic;
using VmaTools.Format;

namespace VmaTools.Salvage;

/// <summary>The ranges of a device as they follow each other; those in one state become one.</summary>
/// <param name="device">The device.</param>
/// <param name="size">Number of its bytes, at which the last range ends.</param>
internal sealed class SalvageRanges(VmaDevice device, long size)
{
    private readonly VmaDevice _device = device;
    private readonly long _size = size;
    private readonly List<VmaDeviceRange> _ranges = [];
    private string? _state;
    private long _start;
    private long _end;

    /// <summary>Adds what comes next.</summary>
    public void Add(string state, long length)
    {
        if (state != _state)
        {
            Close();
            _state = state;
        }

        _end = Math.Min(_size, _end + length);
    }

    /// <summary>Adds a cluster of which blocks are lost, one bit each.</summary>
    public void AddCluster(string state, int lost)
    {
        for (int block = 0; block < Layout.BlocksPerCluster && _end < _size; block++)
        {
            Add(BlockMask.IsStored(lost, block) ? VmaRangeState.Lost : state, Layout.BlockSize);
        }
    }

    /// <summary>All of them.</summary>
    public List<VmaDeviceRange> Finish()
    {
        Close();
        return _ranges;
    }

    private void Close()
    {
        if (_end > _start)
        {
            _ranges.Add(new VmaDeviceRange(_device.ArchivePath, _device.DeviceId, _device.Name, _state!, _start, _end - _start));
        }

        _start = _end;
    }
}
