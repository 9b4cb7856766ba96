#if !NETSTANDARD2_0
using System;
using System.Globalization;
using System.IO;
#endif

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>How much memory can be had.</summary>
internal static class FreeMemory
{
    /// <summary>Bytes that can be had without taking them from others, as far as the system tells; all there could be where it does not.</summary>
    public static long Read()
    {
#if NETSTANDARD2_0
        return long.MaxValue;
#else
        GCMemoryInfo info = GC.GetGCMemoryInfo();
        long free = info.TotalAvailableMemoryBytes - info.MemoryLoadBytes;
        return Math.Min(free, OfLinux() ?? free);
#endif
    }

#if !NETSTANDARD2_0
    private static long? OfLinux()
    {
        const string Name = "MemAvailable:";
        try
        {
            foreach (string line in File.Exists("/proc/meminfo") ? File.ReadLines("/proc/meminfo") : [])
            {
                if (line.StartsWith(Name, StringComparison.Ordinal)
                    && long.TryParse(line.AsSpan(Name.Length).TrimEnd("kB ").TrimStart(), NumberStyles.None, CultureInfo.InvariantCulture, out long free))
                {
                    return free * 1024;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What cannot be read tells nothing.
        }

        return null;
    }
#endif
}
