using System.Collections.Generic;
using VmaTools.Bytes;
using VmaTools.GuestFiles;

namespace VmaTools;

/// <summary>A file that was deleted in the guest, or that no name leads to, and what of its content may still be there.</summary>
/// <remarks>What was written since to a place that is free again leaves no trace: a content counts as whole where nothing has its place now.</remarks>
public sealed class VmaDeletedFile : VmaFile
{
    /// <summary>Nothing else has any of the places where the content was.</summary>
    public const string Whole = "Whole";

    /// <summary>Other files have some of these places.</summary>
    public const string Partial = "Partial";

    /// <summary>Other files have all of these places.</summary>
    public const string Overwritten = "Overwritten";

    /// <summary>Nothing tells where the content was, or who has the place.</summary>
    public const string Unknown = "Unknown";

    private const int MaxRanges = 10_000;

    internal VmaDeletedFile(VmaArchive archive, GuestVolume volume, DeletedFile file)
        : base(archive, volume.Id, volume.GetFiles(), file.Entry)
    {
        IsPathCertain = file.IsPathCertain;
        IsOrphan = file.IsOrphan;
        OverwrittenRanges = ReadableList<VmaFileRange>.None;
        if (file.Entry.Type != FileEntryType.File)
        {
            return;
        }

        try
        {
            Recovery = StateOf(file);
        }
        catch (VmaException exception)
        {
            Recovery = Unknown;
            Reason = exception.Sentence;
        }
    }

    /// <summary>True where each directory of the path is the one that the file was in, up to the root, as far as the format can tell.</summary>
    public bool IsPathCertain { get; }

    /// <summary>True for what was not deleted, or not to the end, but that no directory has.</summary>
    public bool IsOrphan { get; }

    /// <summary>What of the content may still be there: one of the constants of this class; null for what was no file.</summary>
    public string? Recovery { get; }

    /// <summary>The ranges of the content whose places other files have now, in order; the first 10,000.</summary>
    public IReadOnlyList<VmaFileRange> OverwrittenRanges { get; private set; }

    /// <summary>Why it is not known what is there, or null.</summary>
    public string? Reason { get; private set; }

    private string StateOf(DeletedFile file)
    {
        List<VmaFileRange> taken = [];
        bool isAnyFree = false;
        bool isAnyUnknown = false;
        foreach (DeletedFileExtent extent in file.ReadAllocation())
        {
            if (extent.Extent.Kind is FileExtentKind.Hole or FileExtentKind.Unwritten)
            {
                continue;
            }

            isAnyFree |= extent.IsAllocatedAnew == false;
            isAnyUnknown |= extent.IsAllocatedAnew is null;
            if (extent.IsAllocatedAnew == true && taken.Count < MaxRanges)
            {
                taken.Add(new VmaFileRange(extent.Extent.Offset, extent.Extent.Length));
            }
        }

        OverwrittenRanges = ReadableList<VmaFileRange>.Of(taken);
        if (file.Entry.Length == 0 && !file.IsOrphan && FileSystem.StartsWith("ext", System.StringComparison.Ordinal))
        {
            Reason = "Linux empties a file as it deletes it: neither its length nor its place is left.";
            return Unknown;
        }

        if (taken.Count == 0)
        {
            Reason = isAnyUnknown ? "The file system does not tell where a part of the content was." : null;
            return isAnyUnknown ? Unknown : Whole;
        }

        return isAnyFree || isAnyUnknown ? Partial : Overwritten;
    }
}
