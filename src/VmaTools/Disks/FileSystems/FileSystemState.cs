namespace VmaTools;

/// <summary>Whether what a file system shows is all that had been written to it.</summary>
public enum FileSystemState
{
    /// <summary>It was unmounted, or has no log.</summary>
    Clean,

    /// <summary>It was in use, but the log holds nothing that is not in place.</summary>
    Covered,

    /// <summary>The log held newer records, and what is shown has them.</summary>
    Replayed,

    /// <summary>The log holds newer records that are not shown: the newest files may be missing.</summary>
    Dirty,

    /// <summary>It cannot be told.</summary>
    Unknown,
}
