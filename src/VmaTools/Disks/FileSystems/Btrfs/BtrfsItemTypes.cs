namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Types of the items that are read here.</summary>
internal static class BtrfsItemTypes
{
    public const byte Inode = 1;
    public const byte InodeReference = 12;
    public const byte ExtendedReference = 13;
    public const byte ExtendedAttribute = 24;
    public const byte LoggedRange = 72;
    public const byte DirectoryName = 84;
    public const byte DirectoryIndex = 96;
    public const byte FileExtent = 108;
    public const byte Checksums = 128;
    public const byte Root = 132;
    public const byte RootBackReference = 144;
    public const byte RootReference = 156;
    public const byte BlockGroup = 192;
    public const byte Device = 216;
    public const byte Chunk = 228;
}
