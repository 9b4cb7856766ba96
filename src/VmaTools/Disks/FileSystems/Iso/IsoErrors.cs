namespace VmaTools.Disks.FileSystems.Iso;

/// <summary>What goes wrong with an ISO 9660.</summary>
internal static class IsoErrors
{
    public static VmaFileSystemException Damaged(string message, long? volumeOffset = null) =>
        new(VmaCodes.FileSystemDamaged, message, volumeOffset: volumeOffset);
}
