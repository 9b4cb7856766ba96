namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>What goes wrong with a squashfs.</summary>
internal static class SquashErrors
{
    public static VmaFileSystemException Damaged(string message, long? volumeOffset = null) =>
        new(VmaCodes.FileSystemDamaged, message, volumeOffset: volumeOffset);

    public static VmaFileSystemException Unknown(string message) => new(VmaCodes.FileSystemFeatureUnknown, message);
}
