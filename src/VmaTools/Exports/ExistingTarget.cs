using System;
using System.Globalization;
using System.IO;

namespace VmaTools.Exports;

/// <summary>A file or block device that exists and is written over.</summary>
internal static class ExistingTarget
{
    /// <summary>A target may be larger than the device by this much: storage rounds sizes up.</summary>
    private const long Slack = 4 << 20;

    /// <summary>Opens the target and checks that a disk of <paramref name="diskSize"/> bytes fits, neither too tight nor too loose.</summary>
    /// <exception cref="VmaException">The target is smaller, or more than 4 MiB larger, than the device.</exception>
    /// <exception cref="IOException">The target cannot be opened.</exception>
    public static FileStream Open(string path, long diskSize, string device)
    {
        FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 1);
        try
        {
            long length = LengthOf(path, stream);
            if (length < diskSize || length - diskSize > Slack)
            {
                throw new VmaException(
                    VmaCodes.TargetTooSmall,
                    $"The target has {length} bytes; the device needs {diskSize}, and no more than {Slack >> 20} MiB beyond.",
                    path,
                    null,
                    device);
            }

            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static long LengthOf(string path, FileStream stream)
    {
        if (stream.Length > 0 || !path.StartsWith("/dev/", StringComparison.Ordinal))
        {
            return stream.Length;
        }

        // To the file API a block device has no length; Linux tells it in units of 512 bytes.
        string name = Path.GetFileName(path);
#if !NETSTANDARD2_0
        name = Path.GetFileName(new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path);
#endif
        string sizeFile = $"/sys/class/block/{name}/size";
        return File.Exists(sizeFile) && long.TryParse(File.ReadAllText(sizeFile), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long sectors)
            ? sectors * 512
            : 0;
    }
}
