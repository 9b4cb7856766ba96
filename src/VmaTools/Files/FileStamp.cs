using System;
using System.Globalization;
using System.IO;

namespace VmaTools.Files;

/// <summary>What tells that a file or a block device was written to: another one, later.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="LastWriteTimeUtc">Of a block device the time of the last write that went by this path.</param>
/// <param name="Writes">Of a block device on Linux how often it was written to or discarded by whomever; 0 elsewhere.</param>
internal readonly record struct FileStamp(long Length, DateTime LastWriteTimeUtc, long Writes)
{
    /// <summary>How a file is now.</summary>
    /// <param name="path">Full path.</param>
    /// <exception cref="VmaException">It is no file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static FileStamp Of(string path)
    {
        using FileStream file = SourceFile.Open(path);
        return new FileStamp(FileLength.Of(file), File.GetLastWriteTimeUtc(path), WritesTo(path));
    }

    /// <summary>File systems that are mounted, and partitions of a disk, write past the time of its node.</summary>
    private static long WritesTo(string path)
    {
#if NETSTANDARD2_0
        return 0;
#else
        const string Devices = "/dev/";
        const int Written = 4;
        const int Discarded = 11;
        string node = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        if (!node.StartsWith(Devices, StringComparison.Ordinal))
        {
            return 0;
        }

        string statistics = $"/sys/class/block/{node.Substring(Devices.Length).Replace('/', '!')}/stat";
        if (!File.Exists(statistics))
        {
            return 0;
        }

        string[] numbers = File.ReadAllText(statistics).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return NumberAt(Written) + NumberAt(Discarded);

        long NumberAt(int index) =>
            index < numbers.Length && long.TryParse(numbers[index], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
#endif
    }
}
