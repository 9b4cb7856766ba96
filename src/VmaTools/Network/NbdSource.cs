using System.IO;

namespace VmaTools.Network;

/// <summary>What an export has behind it.</summary>
/// <param name="Archive">The archive.</param>
/// <param name="Name">The export's name.</param>
/// <param name="Description">What it is.</param>
/// <param name="Size">Bytes.</param>
internal sealed record NbdSource(VmaArchive Archive, string Name, string Description, long Size)
{
    /// <summary>The device, where it lies on one.</summary>
    public VmaDevice? Device { get; init; }

    /// <summary>Number of the partition on the device, or null.</summary>
    public int? Partition { get; init; }

    /// <summary>First byte on the device.</summary>
    public long Offset { get; init; }

    /// <summary>The volume, where it is put together.</summary>
    public string? Volume { get; init; }

    /// <summary>What the volume is opened with, where it may lie in one that is locked; null else.</summary>
    public VolumeSecrets? Secrets { get; init; }

    /// <summary>Whether the volume is what is in one that is locked.</summary>
    public bool IsDecrypted { get; init; }

    /// <exception cref="VmaException">The archive changed.</exception>
    public Stream Open() => Volume is null
        ? Device!.OpenRead()
        : VmaGuest.OpenVolume(Archive, Volume, new FileSystemOptions { Secrets = Secrets }, IsDecrypted);
}
