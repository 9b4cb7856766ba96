using System.IO;
using VmaTools.Extents;
using VmaTools.Files;

namespace VmaTools.Exports;

/// <summary>A file or block device that exists and is written over.</summary>
internal static class ExistingTarget
{
    /// <summary>A target may be larger than the device by this much: storage rounds sizes up.</summary>
    private const long Slack = 4 << 20;

    /// <summary>Opens the target and checks that it is no archive and the device fits, neither too tight nor too loose.</summary>
    /// <exception cref="VmaException">The target is an archive, or no file or block device, or smaller, or more than 4 MiB larger, than the device.</exception>
    /// <exception cref="IOException">The target cannot be opened.</exception>
    public static FileStream Open(string path, VmaDevice device)
    {
        try
        {
            ArchiveGuard.For(device.ArchivePath).CheckContent(path);
        }
        catch (VmaException exception) when (exception.Code == VmaCodes.SourceNotSeekable)
        {
            throw new VmaException(
                VmaCodes.TargetWriteFailed, "The target is a pipe, a socket or a terminal; only a file or a block device is written over.", path, null, device.Name, exception);
        }

        FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 1);
        try
        {
            long length = FileLength.Of(stream);
            if (length < device.Size || length - device.Size > Slack)
            {
                throw new VmaException(
                    VmaCodes.TargetTooSmall,
                    $"The target has {length} bytes; the device needs {device.Size}, and no more than {Slack >> 20} MiB beyond.",
                    path,
                    null,
                    device.Name);
            }

            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
