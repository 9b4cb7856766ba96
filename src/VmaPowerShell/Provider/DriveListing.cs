using System;
using System.Threading;

namespace VmaTools.PowerShell;

/// <summary>How the children of a place are listed.</summary>
/// <param name="WithHidden">Whether hidden files come along, and what belongs to a file system itself.</param>
/// <param name="OnError">Hears of what cannot be read; the rest goes on.</param>
/// <param name="CancellationToken">Ends it.</param>
internal sealed record DriveListing(bool WithHidden, Action<VmaException> OnError, CancellationToken CancellationToken)
{
    /// <summary>All there is, for whoever looks for one of it; an error ends the search.</summary>
    public static DriveListing Everything { get; } = new(true, static exception => throw exception, default);
}
