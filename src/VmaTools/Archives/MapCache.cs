using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Sources;

namespace VmaTools.Archives;

/// <summary>
/// Remembers the maps of the files used last, so that the steps of a pipeline, each of which opens the archive anew, do not
/// index it again. A file is the same while path, length and write time are.
/// </summary>
internal static class MapCache
{
    /// <summary>Together, remembered maps take no more than this; one alone may.</summary>
    private const long MaxFootprint = 64 << 20;

    /// <summary>No pipeline goes back and forth between more archives; small maps must not pile up either.</summary>
    private const int MaxCount = 32;

    private static readonly LinkedList<(string Path, long? Length, DateTime WriteTime, ClusterMap Map)> Recent = new();

    public static ClusterMap GetOrBuild(ArchiveSource source, Func<ClusterMap> build)
    {
        if (source is not FileSource file)
        {
            return build();
        }

        lock (Recent)
        {
            foreach ((string Path, long? Length, DateTime WriteTime, ClusterMap Map) entry in Recent)
            {
                if (entry.Path == file.Path && entry.Length == file.StoredLength && entry.WriteTime == file.LastWriteTimeUtc)
                {
                    return entry.Map;
                }
            }
        }

        ClusterMap map = build();
        lock (Recent)
        {
            Recent.AddFirst((file.Path, file.StoredLength, file.LastWriteTimeUtc, map));
            while (Recent.Count > MaxCount || (Recent.Count > 1 && Recent.Sum(static e => e.Map.Footprint) > MaxFootprint))
            {
                Recent.RemoveLast();
            }
        }

        return map;
    }
}
