namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>How blocks are compressed, as the superblock has it.</summary>
internal enum SquashCompression : ushort
{
    Gzip = 1,
    Lzma = 2,
    Lzo = 3,
    Xz = 4,
    Lz4 = 5,
    Zstd = 6,
}
