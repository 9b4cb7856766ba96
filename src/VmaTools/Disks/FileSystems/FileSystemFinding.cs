namespace VmaTools;

/// <summary>One thing found wrong with a guest's file system. Reading goes on.</summary>
/// <param name="Code">One of the constants of <see cref="VmaCodes"/>.</param>
/// <param name="Severity">One of the constants of <see cref="VmaSeverity"/>.</param>
/// <param name="Message">What is wrong, in a sentence.</param>
/// <param name="Path">The path in the guest, or null where it concerns the whole file system.</param>
/// <param name="VolumeOffset">Byte offset on the volume, or null.</param>
/// <param name="Device">The device whose bytes could not be read, or null.</param>
/// <param name="Offset">Byte offset within the archive or image, or null.</param>
public sealed record FileSystemFinding(
    string Code, string Severity, string Message, string? Path = null, long? VolumeOffset = null, string? Device = null, long? Offset = null)
{
    /// <summary>The same as an error.</summary>
    /// <param name="volume">The id of the volume.</param>
    /// <param name="archivePath">The archive or image, or null.</param>
    public VmaFileSystemException ToException(string volume, string? archivePath) =>
        new(Code, Message, Path, VolumeOffset, archivePath, Device, volume: volume, offset: Offset);
}
