using System;
using System.Collections.Generic;
using System.Threading;

namespace VmaTools.Writing;

/// <summary>
/// Writes anew what a pass over an archive delivers, as long as that comes in the order in which it is to be written: device after
/// device, each from front to back.
/// </summary>
internal sealed class OrderedSink : VmaSink
{
    private readonly IReadOnlyList<CreationEntry> _devices;
    private readonly ExtentAssembler _extents;
    private readonly CancellationToken _cancellationToken;
    private int _current = -1;
    private long _position;

    public OrderedSink(IReadOnlyList<CreationEntry> devices, ExtentAssembler extents, CancellationToken cancellationToken)
    {
        _devices = devices;
        _extents = extents;
        _cancellationToken = cancellationToken;
    }

    public override bool Wants(VmaDevice device) => IndexOf(device.DeviceId) >= 0;

    public override void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data)
    {
        GoTo(device, offset);
        _extents.Append(data);
        _position += data.Length;
    }

    public override void OnZeros(VmaDevice device, long offset, long length)
    {
        GoTo(device, offset);
        _extents.AppendZeros(length);
        _position += length;
    }

    /// <summary>Says that all was delivered.</summary>
    /// <exception cref="OutOfOrderException">Something is missing at the end.</exception>
    public void Finish()
    {
        EndDevice();
        if (_current != _devices.Count - 1)
        {
            throw new OutOfOrderException();
        }
    }

    private void GoTo(VmaDevice device, long offset)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (_current < 0 || _devices[_current].Id != device.DeviceId)
        {
            EndDevice();
            if (IndexOf(device.DeviceId) != ++_current)
            {
                throw new OutOfOrderException();
            }

            _extents.BeginDevice(device.DeviceId);
            _position = 0;
        }

        if (offset != _position)
        {
            throw new OutOfOrderException();
        }
    }

    private void EndDevice()
    {
        if (_current < 0)
        {
            return;
        }

        if (_position != _devices[_current].Source.Length)
        {
            throw new OutOfOrderException();
        }

        _devices[_current].StoredBlocks = _extents.EndDevice();
    }

    private int IndexOf(int id)
    {
        for (int i = 0; i < _devices.Count; i++)
        {
            if (_devices[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>What comes is not what comes next where it goes.</summary>
internal sealed class OutOfOrderException : Exception
{
}
