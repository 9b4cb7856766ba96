using System;
using System.Collections.Generic;

namespace VmaTools.Exports;

/// <summary>Hands what a pass delivers to the targets of an export.</summary>
internal sealed class ExportSink : VmaSink
{
    private readonly ExportTarget?[] _targets = new ExportTarget?[byte.MaxValue + 1];

    public ExportSink(IEnumerable<ExportTarget> targets)
    {
        foreach (ExportTarget target in targets)
        {
            _targets[target.Device.Id] = target;
        }
    }

    public override bool Wants(VmaDevice device) => _targets[device.Id] is not null;

    public override void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data) => _targets[device.Id]!.Write(offset, data);

    public override void OnZeros(VmaDevice device, long offset, long length) => _targets[device.Id]!.WriteZeros(offset, length);
}
