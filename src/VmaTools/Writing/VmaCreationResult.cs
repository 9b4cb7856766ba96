using System.Collections.Generic;

namespace VmaTools;

/// <summary>What was written.</summary>
public sealed class VmaCreationResult
{
    internal VmaCreationResult(string? path, string uuid, long length, IReadOnlyList<VmaCreatedDevice> devices)
    {
        ArchivePath = path;
        Uuid = uuid;
        StoredLength = length;
        Devices = devices;
    }

    /// <summary>Full path of the archive, or null where it went to a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>The archive's uuid.</summary>
    public string Uuid { get; }

    /// <summary>Bytes that the archive takes as stored.</summary>
    public long StoredLength { get; }

    /// <summary>The devices, in order of their numbers.</summary>
    public IReadOnlyList<VmaCreatedDevice> Devices { get; }
}

/// <summary>A device that was written.</summary>
/// <param name="DeviceId">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Size">Its size in bytes, rounded up to 512.</param>
/// <param name="StoredBytes">Bytes of it that hold data, counted in blocks of 4 KiB before any compression.</param>
public sealed record VmaCreatedDevice(int DeviceId, string Name, long Size, long StoredBytes);
