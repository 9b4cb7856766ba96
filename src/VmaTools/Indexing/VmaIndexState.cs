namespace VmaTools;

/// <summary>What an index is good for. Text rather than an enumeration, so that it reads the same after serialization.</summary>
public static class VmaIndexState
{
    /// <summary>It belongs to its archive as that is now.</summary>
    public const string Current = "Current";

    /// <summary>Its archive has changed, or is gone; or a version of this program wrote it that had another form of index.</summary>
    public const string Outdated = "Outdated";

    /// <summary>It cannot be read.</summary>
    public const string Damaged = "Damaged";

    /// <summary>It is being built, or a build was interrupted, with which the next one goes on.</summary>
    public const string Unfinished = "Unfinished";
}
