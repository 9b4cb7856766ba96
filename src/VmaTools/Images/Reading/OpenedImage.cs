using System;
using System.Collections.Generic;
using VmaTools.Disks;

namespace VmaTools.Images.Reading;

/// <summary>An image whose disk can be read, with all that was opened for it.</summary>
internal sealed class OpenedImage : IDisposable
{
    private readonly IDisposable[] _owned;

    /// <param name="format">The format.</param>
    /// <param name="variant">What the format calls this kind of it.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="findings">What is worth knowing of it.</param>
    /// <param name="besides">Full paths of further files that hold it.</param>
    /// <param name="owned">What is disposed with it.</param>
    public OpenedImage(
        ImageFormat format,
        string variant,
        DiskBytes disk,
        IReadOnlyList<VmaFinding> findings,
        IReadOnlyList<string> besides,
        params IDisposable[] owned)
    {
        Format = format;
        Variant = variant;
        Disk = disk;
        Findings = findings;
        Besides = besides;
        _owned = owned;
    }

    public ImageFormat Format { get; }

    /// <summary>What the format calls this kind of it.</summary>
    public string Variant { get; }

    /// <summary>The disk in the image.</summary>
    public DiskBytes Disk { get; }

    /// <summary>What is worth knowing of it, and does not keep it from being read.</summary>
    public IReadOnlyList<VmaFinding> Findings { get; }

    /// <summary>Full paths of further files that hold the disk.</summary>
    public IReadOnlyList<string> Besides { get; }

    public void Dispose()
    {
        Disk.Dispose();
        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }
    }
}
