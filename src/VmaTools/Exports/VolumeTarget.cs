using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace VmaTools.Exports;

/// <summary>What is put together from several places of a volume, to a new file. It is read in its order once all its devices came whole.</summary>
internal sealed class VolumeTarget : FileTarget
{
    private readonly Func<Stream> _open;

    /// <param name="size">Bytes.</param>
    /// <param name="open">Opens them.</param>
    /// <param name="devices">The devices that it lies on, at least one.</param>
    /// <param name="path">Full path of the file.</param>
    /// <param name="options">How to write.</param>
    public VolumeTarget(long size, Func<Stream> open, IReadOnlyList<VmaDevice> devices, string path, VmaExportOptions options)
        : base(devices[0], path, null, options, new DiskRange(0, size))
    {
        _open = open;
        Needed = devices;
    }

    public override IReadOnlyList<VmaDevice> Needed { get; }

    public override bool IsFedByPass => false;

    protected override Stream OpenContent(CancellationToken cancellationToken) => _open();
}
