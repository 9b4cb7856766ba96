namespace VmaTools;

/// <summary>The digest of a file in a guest.</summary>
public sealed class VmaFileHash
{
    internal VmaFileHash(VmaFile file, string algorithm, string hash)
    {
        ArchivePath = file.ArchivePath;
        Volume = file.Volume;
        FullName = file.FullName;
        Length = file.Entry.Length;
        Algorithm = algorithm;
        Hash = hash;
    }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>The id of the volume.</summary>
    public string Volume { get; }

    /// <summary>The path of the file in the guest.</summary>
    public string FullName { get; }

    /// <summary>Bytes of its content.</summary>
    public long Length { get; }

    /// <summary>The algorithm, such as <c>SHA256</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The digest in hexadecimal, upper case as Get-FileHash writes it.</summary>
    public string Hash { get; }

    /// <summary>The kind, the path and the digest.</summary>
    public override string ToString() => $"VmaFileHash: {Printable.Short(FullName)} {Hash}";
}
