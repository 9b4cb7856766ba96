using System.Collections.Generic;
using VmaTools.Disks.FileSystems;

namespace VmaTools.GuestFiles;

/// <summary>What of a volume no file and no structure of its file system has, joined to one stream.</summary>
internal static class UnallocatedStream
{
    // Some 200 MB; a volume as it is used has fewer pieces.
    private const int MaxRanges = 4 * 1024 * 1024;

    /// <summary>Opens the stream; it reads from the volume, which stays open as long.</summary>
    /// <exception cref="VmaException">What is free is not told of this kind of file system, is damaged, or lies in too many pieces.</exception>
    public static ExtentStream Open(GuestVolume volume)
    {
        List<FileExtent> extents = [];
        long length = 0;
        foreach ((long offset, long size) in volume.GetFiles().ReadUnallocated())
        {
            if (extents.Count == MaxRanges)
            {
                throw new VmaFileSystemException(
                    VmaCodes.FileSystemNotSupported, $"What is free on the volume {volume.Id} lies in more than {MaxRanges} pieces.", device: volume.Id);
            }

            extents.Add(new FileExtent(length, size, FileExtentKind.Data, offset, size));
            length += size;
        }

        return new ExtentStream(volume.Volume.Bytes, length, place => ExtentList.Find(extents, place));
    }
}
