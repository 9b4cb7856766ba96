using VmaTools.Indexing;

namespace VmaTools;

/// <summary>What is known of the index of a compressed archive.</summary>
public sealed class VmaIndex
{
    private VmaIndex(string path, string indexPath, long size, long storedLength, long decodedLength, int checkpoints, bool isWhole)
    {
        Path = path;
        IndexPath = indexPath;
        Size = size;
        StoredLength = storedLength;
        DecodedLength = decodedLength;
        Checkpoints = checkpoints;
        IsArchiveWhole = isWhole;
    }

    /// <summary>Full path of the archive.</summary>
    public string Path { get; }

    /// <summary>Full path of the index.</summary>
    public string IndexPath { get; }

    /// <summary>Bytes that the index takes.</summary>
    public long Size { get; }

    /// <summary>Bytes that the archive takes as stored.</summary>
    public long StoredLength { get; }

    /// <summary>Bytes that the archive has when it is decompressed.</summary>
    public long DecodedLength { get; }

    /// <summary>Number of places from which decompression can begin.</summary>
    public int Checkpoints { get; }

    /// <summary>False where the compressed stream is damaged. What no checksum of it has proven is then never handed out.</summary>
    public bool IsArchiveWhole { get; }

    internal static VmaIndex Of(VmaArchive archive, ArchiveIndex index) => new(
        archive.Path!,
        index.Path,
        index.Size,
        index.Binding.Length,
        index.Summary.DecodedLength,
        index.IntervalCount,
        index.Summary.Damage is null);
}
