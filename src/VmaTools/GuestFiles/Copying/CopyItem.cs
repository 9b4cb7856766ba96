using System.Collections.Generic;

namespace VmaTools.GuestFiles.Copying;

/// <summary>An entry that is to be copied, and where to.</summary>
internal sealed class CopyItem
{
    // Not the place itself: of a whole guest there are many.
    private readonly GuestVolume _volume;

    public CopyItem(GuestPlace place, CopyName name)
    {
        _volume = place.Volume;
        Entry = place.Entry;
        Name = name;
    }

    public GuestPlace Place => new(_volume, Entry);

    public FileEntry Entry { get; }

    /// <summary>Where to, below the target folder.</summary>
    public CopyName Name { get; }

    /// <summary>Where its content begins on the first disk that has any of it; what reads in this order reads the archive forwards.</summary>
    public long Location { get; set; } = long.MaxValue;

    /// <summary>Whether other names of the guest lead to the same content. FAT has no such names; its numbers tell places.</summary>
    public bool HasOtherNames => Entry.LinkCount > 1 && Place.Files.Kind is not ("vfat" or "exfat");

    /// <summary>What names of one content have in common.</summary>
    public (string Volume, ulong Id) Content => (Place.Volume.Id, Entry.Id);

    public string RelativeTarget => string.Join("/", Name.Target);

    /// <summary>It was written whole.</summary>
    public VmaFileCopy Written(string target, long length = 0, string? sha256 = null, string? sha256OfData = null) =>
        new(Place.Volume.Id, Entry, target, VmaFileCopy.Written) { Length = length, Sha256 = sha256, Sha256OfData = sha256OfData };

    /// <summary>A part of it was written.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="cause">The first error that was met.</param>
    /// <param name="sentence">What became of it.</param>
    /// <param name="length">Bytes of the content that are not lost.</param>
    /// <param name="lost">The ranges that are.</param>
    public VmaFileCopy Partial(string target, VmaException cause, string sentence, long length, IReadOnlyList<VmaFileRange> lost) =>
        new(Place.Volume.Id, Entry, target, VmaFileCopy.Partial, GuestErrors.At(cause, Place.Volume, Entry.FullName, sentence: sentence))
        {
            Length = length,
            LostRanges = lost,
        };

    /// <summary>It, or something of it, was left out on purpose.</summary>
    public VmaFileCopy Skipped(string code, string message) => new(Place.Volume.Id, Entry, null, VmaFileCopy.Skipped) { Code = code, Message = message };

    /// <summary>It was not written.</summary>
    public VmaFileCopy Failed(string? target, VmaException failure) =>
        new(Place.Volume.Id, Entry, target, VmaFileCopy.Failed, GuestErrors.At(failure, Place.Volume, Entry.FullName));
}
