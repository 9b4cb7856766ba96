using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Exports;

/// <summary>Hands what a pass delivers to the targets of an export, each the range of the device that it is to hold.</summary>
internal sealed class ExportSink : VmaSink
{
    private readonly List<ExportTarget>?[] _targets = new List<ExportTarget>?[byte.MaxValue + 1];
    private readonly HashSet<int> _needed = [];

    private readonly IReadOnlyList<ExportTarget> _all;
    private readonly bool _isAlone;

    /// <param name="targets">The targets.</param>
    /// <param name="isAlone">Whether the pass serves nothing else, so that it ends when no target is left.</param>
    public ExportSink(IReadOnlyList<ExportTarget> targets, bool isAlone)
    {
        _all = targets;
        _isAlone = isAlone;
        foreach (ExportTarget target in targets)
        {
            foreach (VmaDevice device in target.Needed)
            {
                _needed.Add(device.DeviceId);
            }

            if (target.IsFedByPass)
            {
                (_targets[target.Device.DeviceId] ??= []).Add(target);
            }
        }
    }

    public override bool Wants(VmaDevice device) => _needed.Contains(device.DeviceId);

    public override void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data)
    {
        foreach (ExportTarget target in _targets[device.DeviceId] ?? [])
        {
            if (target.Clip(offset, data.Length, out long first, out long count))
            {
                target.Write(first - target.Start, data.Slice((int)(first - offset), (int)count));
                EndIfNoneIsLeft(target);
            }
        }
    }

    public override void OnZeros(VmaDevice device, long offset, long length)
    {
        foreach (ExportTarget target in _targets[device.DeviceId] ?? [])
        {
            if (target.Clip(offset, length, out long first, out long count))
            {
                target.WriteZeros(first - target.Start, count);
                EndIfNoneIsLeft(target);
            }
        }
    }

    /// <summary>The error for targets that all failed: it tells what became of each.</summary>
    /// <returns>Null where one is left.</returns>
    public static VmaException? FindCommonFailure(IReadOnlyList<ExportTarget> targets)
    {
        if (targets.Count == 0 || targets.Any(static t => t.Failure is null))
        {
            return null;
        }

        VmaException first = targets[0].Failure!;
        return targets.Count == 1
            ? first
            : new VmaException(
                first.Code,
                "None of the devices could be written. " + string.Join(
                    " ", targets.Select(static t => $"{Printable.Short(t.Device.Name)}: {t.Failure!.Code}: {t.Failure.Sentence}")),
                first.Path,
                innerException: first);
    }

    private void EndIfNoneIsLeft(ExportTarget target)
    {
        if (_isAlone && target.Failure is not null && FindCommonFailure(_all) is { } failure)
        {
            throw failure;
        }
    }
}
