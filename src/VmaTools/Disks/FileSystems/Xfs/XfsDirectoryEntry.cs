namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>A name in a directory and the number of the inode that it leads to.</summary>
internal readonly record struct XfsDirectoryEntry(RawName Name, ulong Inode)
{
    /// <summary>True for the names of the directory itself and the one above.</summary>
    public bool IsDots => Name.Length is 1 or 2 && Name.Bytes[0] == '.' && Name.Bytes[Name.Length - 1] == '.';
}
