using System;
using System.Collections.Generic;

namespace VmaTools.Exports;

/// <summary>Hands what a pass delivers to the targets of an export, each the range of the device that it is to hold.</summary>
internal sealed class ExportSink : VmaSink
{
    private readonly List<ExportTarget>?[] _targets = new List<ExportTarget>?[byte.MaxValue + 1];
    private readonly HashSet<int> _needed = [];

    public ExportSink(IEnumerable<ExportTarget> targets)
    {
        foreach (ExportTarget target in targets)
        {
            foreach (VmaDevice device in target.Needed)
            {
                _needed.Add(device.Id);
            }

            if (target.IsFedByPass)
            {
                (_targets[target.Device.Id] ??= []).Add(target);
            }
        }
    }

    public override bool Wants(VmaDevice device) => _needed.Contains(device.Id);

    public override void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data)
    {
        foreach (ExportTarget target in _targets[device.Id] ?? [])
        {
            if (target.Clip(offset, data.Length, out long first, out long count))
            {
                target.Write(first - target.Start, data.Slice((int)(first - offset), (int)count));
            }
        }
    }

    public override void OnZeros(VmaDevice device, long offset, long length)
    {
        foreach (ExportTarget target in _targets[device.Id] ?? [])
        {
            if (target.Clip(offset, length, out long first, out long count))
            {
                target.WriteZeros(first - target.Start, count);
            }
        }
    }
}
