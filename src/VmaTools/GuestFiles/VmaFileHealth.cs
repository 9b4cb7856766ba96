using System.Collections.Generic;
using VmaTools.Bytes;
using VmaTools.Disks;

namespace VmaTools;

/// <summary>Whether the archive holds all of a file's content. Told without reading it.</summary>
public sealed class VmaFileHealth
{
    /// <summary>All that the content is made of is in the archive.</summary>
    public const string Whole = "Whole";

    /// <summary>Ranges of the content are lost.</summary>
    public const string Partial = "Partial";

    /// <summary>Nothing of the content is left.</summary>
    public const string Lost = "Lost";

    /// <summary>Where the content lies cannot be told.</summary>
    public const string Unknown = "Unknown";

    private VmaFileHealth(string state, IReadOnlyList<VmaFileRange> lostRanges, string? reason)
    {
        State = state;
        LostRanges = ReadableList<VmaFileRange>.Of(lostRanges);
        Reason = reason;
    }

    /// <summary>One of the constants of this class.</summary>
    public string State { get; }

    /// <summary>The ranges of the content that are lost, in order; the first 10,000.</summary>
    public IReadOnlyList<VmaFileRange> LostRanges { get; }

    /// <summary>Why it cannot be told, or null.</summary>
    public string? Reason { get; }

    /// <summary>The state, and how many bytes are lost.</summary>
    public override string ToString()
    {
        long lost = 0;
        foreach (VmaFileRange range in LostRanges)
        {
            lost += range.Length;
        }

        return lost == 0 ? $"{nameof(VmaFileHealth)}: {State}" : $"{nameof(VmaFileHealth)}: {State}, {lost} bytes lost";
    }

    /// <summary>Looks where a file's content lies, and what the disks know of these places.</summary>
    internal static VmaFileHealth Of(FileSystem files, FileEntry entry, RawName stream, DiskBytes volume)
    {
        const int MaxRanges = 10_000;
        List<VmaFileRange> lost = [];
        bool hasMore = false;
        bool isUnknown = false;
        try
        {
            foreach (FileExtent extent in files.ReadAllocation(entry, stream))
            {
                if (extent.Kind is FileExtentKind.Hole or FileExtentKind.Unwritten)
                {
                    continue;
                }

                if (extent.Kind == FileExtentKind.Inline)
                {
                    hasMore = true;
                    continue;
                }

                if (extent.VolumeOffset is not long start)
                {
                    isUnknown = true;
                    continue;
                }

                for (long done = 0; done < extent.StoredLength;)
                {
                    KnownRange range = volume.FindRange(start + done, extent.StoredLength - done);
                    bool isLost = range.Kind == KnownRangeKind.Lost || range.Length <= 0;
                    long length = range.Length <= 0 ? extent.StoredLength - done : range.Length;
                    if (!isLost)
                    {
                        hasMore = true;
                    }
                    else if (lost.Count < MaxRanges)
                    {
                        // What is stored in another form is lost as a whole where a part of it is.
                        bool isPlain = extent.Kind == FileExtentKind.Data;
                        Add(lost, isPlain ? extent.Offset + done : extent.Offset, isPlain ? System.Math.Min(length, extent.Length - done) : extent.Length);
                    }

                    done += length;
                }
            }
        }
        catch (VmaException exception)
        {
            return new VmaFileHealth(Unknown, lost, exception.Sentence);
        }

        return lost.Count > 0
            ? new VmaFileHealth(hasMore ? Partial : Lost, lost, null)
            : isUnknown ? new VmaFileHealth(Unknown, lost, "The file system does not tell where the content lies.") : new VmaFileHealth(Whole, lost, null);
    }

    private static void Add(List<VmaFileRange> ranges, long offset, long length)
    {
        if (length <= 0)
        {
            return;
        }

        if (ranges.Count > 0 && ranges[ranges.Count - 1] is { } last && last.Offset + last.Length >= offset)
        {
            ranges[ranges.Count - 1] = new VmaFileRange(last.Offset, System.Math.Max(last.Length, offset + length - last.Offset));
            return;
        }

        ranges.Add(new VmaFileRange(offset, length));
    }
}
