using System;
using System.Collections.Generic;
using VmaTools.Extents;
using VmaTools.Format;

namespace VmaTools.Salvage;

/// <summary>Takes what is not known out of clusters that come from behind damage, block by block, and remembers it.</summary>
internal sealed class BlindLosses : IClusterReceiver
{
    private readonly Dictionary<(int Device, long Cluster), int> _lost = [];
    private ExtentFrame? _frame;
    private BlindBytes? _bytes;

    /// <summary>Begins an extent.</summary>
    /// <param name="frame">The extent, whose unknown blocks are cleared.</param>
    /// <param name="bytes">Where it comes from; null where all bytes are known.</param>
    public void Begin(ExtentFrame frame, BlindBytes? bytes)
    {
        _frame = frame;
        _bytes = bytes;
    }

    public void OnCluster(DeviceProgress device, Slot slot, int dataAt, bool isTrusted)
    {
        if (_bytes is null)
        {
            return;
        }

        int lost = 0;
        for (int block = 0; block < Layout.BlocksPerCluster; block++)
        {
            if (!BlockMask.IsStored(slot.Mask, block))
            {
                continue;
            }

            int at = Layout.ExtentHeaderSize + dataAt + (BlockMask.StoredBefore(slot.Mask, block) * Layout.BlockSize);
            if (_bytes.HasUnknown(_frame!.Offset + at, Layout.BlockSize))
            {
                lost = BlockMask.With(lost, block);
                _frame.Buffer.AsSpan(at, Layout.BlockSize).Clear();
            }
        }

        if (lost != 0)
        {
            _lost[(device.Entry.Id, slot.Cluster)] = lost;
        }
    }

    /// <summary>The blocks of a cluster that are lost although it came, one bit each.</summary>
    public int Of(int device, long cluster) => _lost.TryGetValue((device, cluster), out int blocks) ? blocks : 0;
}
