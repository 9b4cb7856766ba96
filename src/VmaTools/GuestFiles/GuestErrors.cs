namespace VmaTools.GuestFiles;

/// <summary>Errors from below a guest, told with the place in the guest where they were met.</summary>
internal static class GuestErrors
{
    /// <summary>The same error, with what it does not yet say of its place.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="volume">The volume that was read.</param>
    /// <param name="filePath">The path in the guest, or null.</param>
    /// <param name="archivePath">The archive, or null.</param>
    /// <param name="sentence">What is wrong, where that is to be put otherwise; null else.</param>
    public static VmaFileSystemException At(VmaException error, GuestVolume volume, string? filePath, string? archivePath = null, string? sentence = null)
    {
        VmaFileSystemException? known = error as VmaFileSystemException;
        string cause = error is VmaCompressionException compression
            ? $"{error.Sentence} Compressed offset: {compression.CompressedOffset}."
            : error.Sentence;
        return new VmaFileSystemException(
            error.Code,
            sentence is null ? cause : $"{sentence} {cause}",
            known?.FilePath ?? filePath,
            known?.VolumeOffset,
            error.Path ?? archivePath,
            error.Device ?? volume.Volume.Disk,
            error,
            known?.Volume ?? volume.Id,
            error.Offset);
    }
}
