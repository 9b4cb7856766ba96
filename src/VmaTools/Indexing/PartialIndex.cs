using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Extents;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>What an interrupted build left: whole records up to some point.</summary>
internal sealed class PartialIndex
{
    private PartialIndex(FileStream file, ArchiveBinding binding)
    {
        Path = file.Name;
        Bytes = new StreamBytes(file, 0);
        Binding = binding;
    }

    public string Path { get; }

    /// <summary>The file, which stays open as long as the build goes on.</summary>
    public RandomBytes Bytes { get; }

    public ArchiveBinding Binding { get; }

    /// <summary>Start of each settled interval in the decoded data.</summary>
    public List<long> Starts { get; } = [];

    /// <summary>Start of each in the stored data.</summary>
    public List<long> StoredStarts { get; } = [];

    /// <summary>Where the intervals' records are.</summary>
    public List<long> Intervals { get; } = [];

    /// <summary>Where the extents' records are.</summary>
    public List<long> Extents { get; } = [];

    /// <summary>Where the last whole record ends.</summary>
    public long End { get; private set; }

    /// <summary>Where the last settled interval ends in the decoded data.</summary>
    public long DecodedEnd { get; private set; }

    /// <summary>The largest window that any frame asked for so far.</summary>
    public long MaxWindow { get; private set; }

    /// <summary>Number of extents known.</summary>
    public long ExtentCount { get; private set; }

    /// <summary>Offset of the last extent known.</summary>
    public long LastExtent { get; private set; }

    /// <summary>Reads what is there; null where nothing worth going on from is, or the archive is a damaged one.</summary>
    public static PartialIndex? TryRead(FileStream file, ArchiveBinding expected)
    {
        try
        {
            StreamBytes bytes = new(file, 0);
            ArchiveBinding binding = ArchiveIndex.ReadHead(bytes, out long end).Binding;
            if (!expected.Fits(binding))
            {
                return null;
            }

            PartialIndex partial = new(file, binding) { End = end };
            return ArchiveIndex.Guard(() => partial.ReadRecords(bytes)) ? partial : null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException or VmaException)
        {
            return null;
        }
    }

    private bool ReadRecords(RandomBytes file)
    {
        ExtentFrame frame = new(withData: false);
        long extents = 0;
        bool isSound = true;
        while (ArchiveIndex.TryReadRecord(file, End, out RecordKind kind, out byte[] content))
        {
            if (kind == RecordKind.Interval)
            {
                IntervalRecord record = new(content);
                if (record.Start != DecodedEnd)
                {
                    return false;
                }

                Starts.Add(record.Start);
                StoredStarts.Add(record.StoredStart);
                Intervals.Add(End);
                DecodedEnd = record.End;
                MaxWindow = Math.Max(MaxWindow, record.MaxWindow);
            }
            else if (kind == RecordKind.Extents)
            {
                Extents.Add(End);
                ArchiveIndex.ReadExtents(content, frame, ref extents, f =>
                {
                    isSound &= f.Findings.Count == 0;
                    LastExtent = f.Offset;
                });
            }
            else
            {
                break;
            }

            End += IndexFormat.RecordHeaderSize + content.Length;
        }

        // Where something is wrong with extents, how to go on depends on more than is kept.
        ExtentCount = extents;
        return isSound && extents > 0 && Starts.Count > 0;
    }
}
