namespace VmaTools.Extents;

/// <summary>What becomes of the data of the extents that are read.</summary>
internal enum ExtentData
{
    /// <summary>It is passed over, unread where the archive can be read at any offset.</summary>
    Skipped,

    /// <summary>It is read, so that a source that cannot deliver it says so, and dropped.</summary>
    Dropped,

    /// <summary>It is read and handed on.</summary>
    Kept,
}
