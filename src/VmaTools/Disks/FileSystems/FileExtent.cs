namespace VmaTools;

/// <summary>What a range of a file's content is made of.</summary>
public enum FileExtentKind
{
    /// <summary>Bytes stored on the volume as they are.</summary>
    Data,

    /// <summary>A hole: zeros that are stored nowhere.</summary>
    Hole,

    /// <summary>Allocated but never written: zeros.</summary>
    Unwritten,

    /// <summary>Bytes stored within metadata, such as inline data or a resident attribute.</summary>
    Inline,

    /// <summary>Bytes stored on the volume in another form, such as compressed.</summary>
    Encoded,
}

/// <summary>A range of a file's content and where it lies.</summary>
/// <param name="Offset">Byte offset in the file.</param>
/// <param name="Length">Bytes of the content.</param>
/// <param name="Kind">What it is made of.</param>
/// <param name="VolumeOffset">First byte on the volume; null for a hole, and where more than one place or none tells.</param>
/// <param name="StoredLength">Bytes on the volume; 0 for a hole.</param>
public readonly record struct FileExtent(long Offset, long Length, FileExtentKind Kind, long? VolumeOffset = null, long StoredLength = 0);
