using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Sources;

namespace VmaTools.Archives;

/// <summary>
/// Remembers the maps of the files used last, so that the steps of a pipeline, each of which opens the archive anew, do not
/// index it again. A file is the same while path, length and write time are. What was not used for longest goes first.
/// </summary>
internal sealed class MapCache
{
    /// <summary>Together, remembered maps take no more than this; one alone may.</summary>
    private const long MaxFootprint = 64 << 20;

    /// <summary>No pipeline goes back and forth between more archives; small maps must not pile up either.</summary>
    public const int MaxCount = 32;

    private readonly LinkedList<Entry> _recent = new();

    /// <summary>That of the process.</summary>
    public static MapCache Shared { get; } = new();

    public ClusterMap GetOrBuild(ArchiveSource source, Func<ClusterMap> build)
    {
        if (source is not FileSource file)
        {
            return build();
        }

        lock (_recent)
        {
            for (LinkedListNode<Entry>? node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.IsOf(file))
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    return node.Value.Map;
                }
            }
        }

        ClusterMap map = build();
        lock (_recent)
        {
            _recent.AddFirst(new Entry(file.Path, file.StoredLength, file.WriteTicks, map));
            while (_recent.Count > MaxCount || (_recent.Count > 1 && _recent.Sum(static e => e.Map.Footprint) > MaxFootprint))
            {
                _recent.RemoveLast();
            }
        }

        return map;
    }

    private sealed record Entry(string Path, long? Length, long WriteTicks, ClusterMap Map)
    {
        public bool IsOf(FileSource file) => Path == file.Path && Length == file.StoredLength && WriteTicks == file.WriteTicks;
    }
}
