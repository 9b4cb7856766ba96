using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace VmaTools.Exports;

/// <summary>A volume that is put together from several places, to a new file. It is read in its order once all its devices came whole.</summary>
internal sealed class VolumeTarget : FileTarget
{
    private readonly VmaVolume _volume;

    /// <param name="volume">The volume.</param>
    /// <param name="devices">The devices that it lies on, at least one.</param>
    /// <param name="path">Full path of the file.</param>
    /// <param name="options">How to write.</param>
    public VolumeTarget(VmaVolume volume, IReadOnlyList<VmaDevice> devices, string path, VmaExportOptions options)
        : base(devices[0], path, null, options, new DiskRange(0, volume.Size))
    {
        _volume = volume;
        Needed = devices;
    }

    public override IReadOnlyList<VmaDevice> Needed { get; }

    public override bool IsFedByPass => false;

    protected override Stream OpenContent(CancellationToken cancellationToken) => _volume.OpenRead();
}
