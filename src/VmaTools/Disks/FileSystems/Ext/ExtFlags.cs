namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>Flags of an inode that matter to a reader.</summary>
internal static class ExtFlags
{
    public const uint Encrypted = 0x800;
    public const uint Indexed = 0x1000;
    public const uint Extents = 0x80000;
    public const uint AttributeValue = 0x200000;
    public const uint InlineData = 0x10000000;
    public const uint CaseFold = 0x40000000;
}
