using System;
using System.Collections.Generic;

namespace VmaTools;

/// <summary>What files are looked for: all that is given has to be true of one.</summary>
public sealed class VmaFileQuery
{
    /// <summary>Patterns of the last name of the path, one of which has to match; null for any.</summary>
    public IReadOnlyList<NamePattern>? Names { get; init; }

    /// <summary>The content was changed after this time.</summary>
    public DateTime? After { get; init; }

    /// <summary>The content was changed before this time.</summary>
    public DateTime? Before { get; init; }

    /// <summary>A file with more bytes.</summary>
    public long? LargerThan { get; init; }

    /// <summary>A file with fewer bytes.</summary>
    public long? SmallerThan { get; init; }

    /// <summary>Patterns of volumes, by id, short form, letter, mount point, label or uuid, one of which has to match; null for any.</summary>
    public IReadOnlyList<NamePattern>? Volumes { get; init; }

    /// <summary>True where no time and no length matters.</summary>
    internal bool IsOfNamesOnly => After is null && Before is null && LargerThan is null && SmallerThan is null;

    /// <summary>Whether a length and a time are what is looked for.</summary>
    internal bool Fits(long? length, FileTime? modified)
    {
        if ((LargerThan is long least && !(length > least)) || (SmallerThan is long most && !(length < most)))
        {
            return false;
        }

        if (After is null && Before is null)
        {
            return true;
        }

        return modified?.ToDateTime() is DateTime time
            && (After is not DateTime after || time > after.ToUniversalTime())
            && (Before is not DateTime before || time < before.ToUniversalTime());
    }

    /// <summary>Whether there may be such a file among some.</summary>
    /// <param name="maxLength">The greatest length.</param>
    /// <param name="first">The first second of a time.</param>
    /// <param name="last">The last one; before the first where there is no time.</param>
    internal bool MayFit(long maxLength, long first, long last) =>
        (LargerThan is not long least || maxLength > least)
        && (After is not DateTime after || (first <= last && new FileTime(last, 999_999_999).ToDateTime() > after.ToUniversalTime()))
        && (Before is not DateTime before || (first <= last && new FileTime(first, 0).ToDateTime() < before.ToUniversalTime()));
}
