namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>The errors that readers of Btrfs raise.</summary>
internal static class BtrfsErrors
{
    public static VmaFileSystemException Damaged(string message, string? path = null, long? offset = null) =>
        new(VmaCodes.FileSystemDamaged, message, path, offset);

    public static VmaFileSystemException Checksum(string message, string? path = null, long? offset = null) =>
        new(VmaCodes.FileSystemChecksumMismatch, message, path, offset);

    public static VmaFileSystemException NotSupported(string message, string? path = null) =>
        new(VmaCodes.FileContentNotSupported, message, path);

    public static VmaFileSystemException TooShort(string what) => Damaged($"The Btrfs item is too short for {what}.");
}
