using System.Collections.Generic;

namespace VmaTools;

/// <summary>What a page tells of one device: how much of it is stored, zero and missing, and where.</summary>
public sealed class VmaReportMap
{
    /// <summary>Facts that the caller sets.</summary>
    public VmaReportMap()
    {
    }

    internal VmaReportMap(VmaDeviceMeasure measure)
    {
        ArchivePath = measure.ArchivePath;
        DeviceId = measure.DeviceId;
        Name = measure.Name;
        Size = measure.Size;
        StoredBytes = measure.StoredBytes;
        ZeroBytes = measure.ZeroBytes;
        MissingBytes = measure.MissingBytes;
        Cells = measure.Cells;
    }

    /// <summary>Full path of the archive, or null.</summary>
    public string? ArchivePath { get; init; }

    /// <summary>Number of the device, or null.</summary>
    public int? DeviceId { get; init; }

    /// <summary>Name of the device.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Bytes of the device.</summary>
    public long Size { get; init; }

    /// <summary>Bytes that are stored.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Bytes that are zero and not stored.</summary>
    public long ZeroBytes { get; init; }

    /// <summary>Bytes that the archive lacks.</summary>
    public long MissingBytes { get; init; }

    /// <summary>The device in equal parts, in order.</summary>
    public IReadOnlyList<VmaMapCell> Cells { get; init; } = [];
}
