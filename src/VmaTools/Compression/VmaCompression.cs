namespace VmaTools;

/// <summary>How an archive is compressed. Text rather than an enumeration, so that it reads the same after serialization.</summary>
public static class VmaCompression
{
    /// <summary>Not compressed.</summary>
    public const string None = "None";

    /// <summary>Zstandard (<c>.vma.zst</c>).</summary>
    public const string Zstd = "Zstd";

    /// <summary>gzip (<c>.vma.gz</c>).</summary>
    public const string Gzip = "Gzip";

    /// <summary>lzop (<c>.vma.lzo</c>).</summary>
    public const string Lzop = "Lzop";

    /// <summary>bzip2 (<c>.vma.bz2</c>). Read, never written.</summary>
    public const string Bzip2 = "Bzip2";
}
