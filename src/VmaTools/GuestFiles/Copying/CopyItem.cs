using System.Collections.Generic;

namespace VmaTools.GuestFiles.Copying;

/// <summary>An entry that is to be copied, and where to.</summary>
internal sealed class CopyItem
{
    public CopyItem(GuestPlace place, IReadOnlyList<string> target, IReadOnlyList<RawName> path)
    {
        Place = place;
        Target = target;
        Path = path;
    }

    public GuestPlace Place { get; }

    public FileEntry Entry => Place.Entry;

    /// <summary>Names on the host, below the target folder.</summary>
    public IReadOnlyList<string> Target { get; }

    /// <summary>Names as they are in the guest, below the place that was asked for: those of a tar archive.</summary>
    public IReadOnlyList<RawName> Path { get; }

    /// <summary>Where its content begins on the first disk that has any of it; what reads in this order reads the archive forwards.</summary>
    public long Location { get; set; } = long.MaxValue;

    public string RelativeTarget => string.Join("/", Target);
}
