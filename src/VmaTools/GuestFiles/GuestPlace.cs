namespace VmaTools.GuestFiles;

/// <summary>An entry of a file system of a guest, and the volume that it is on.</summary>
internal sealed record GuestPlace(GuestVolume Volume, FileEntry Entry)
{
    public FileSystem Files => Volume.GetFiles();
}
