namespace VmaTools;

/// <summary>The digest of a device's content, of a partition, or of an archive as it is stored.</summary>
public sealed class VmaHash
{
    /// <summary>A digest.</summary>
    /// <param name="algorithm">One of the constants of <see cref="VmaHashAlgorithm"/>.</param>
    /// <param name="hash">The digest in upper-case hexadecimal.</param>
    /// <param name="path">Full path of the archive, or null for a stream.</param>
    /// <param name="name">What was digested; null for the archive itself.</param>
    /// <param name="id">Number of the device; null for the archive itself.</param>
    /// <param name="size">Bytes digested.</param>
    public VmaHash(string algorithm, string hash, string? path, string? name, int? id, long size)
    {
        Algorithm = algorithm;
        Hash = hash;
        ArchivePath = path;
        Name = name;
        DeviceId = id;
        Size = size;
    }

    /// <summary>One of the constants of <see cref="VmaHashAlgorithm"/>.</summary>
    public string Algorithm { get; }

    /// <summary>The digest in upper-case hexadecimal.</summary>
    public string Hash { get; }

    /// <summary>Full path of the archive, or null for a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>Name of the device; null for the archive itself.</summary>
    public string? Name { get; }

    /// <summary>Number of the device; null for the archive itself.</summary>
    public int? DeviceId { get; }

    /// <summary>Bytes digested.</summary>
    public long Size { get; }

    /// <summary>A line of the kind that <c>sha256sum -c</c> and its like read.</summary>
    /// <param name="fileName">The file that holds these bytes, relative to where the list will be checked.</param>
    /// <param name="withAlgorithm">Whether the line names its algorithm, for lists that mix several.</param>
    public string ToChecksumLine(string fileName, bool withAlgorithm = false)
    {
        // The tools escape names that would break the line, and mark that with a backslash in front.
        string escaped = (fileName ?? string.Empty).Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\r", "\\r");
        string mark = escaped == fileName ? string.Empty : "\\";
#pragma warning disable CA1308 // The tools write digests in lower case.
        string hash = Hash.ToLowerInvariant();
#pragma warning restore CA1308
        return withAlgorithm ? $"{mark}{Algorithm} ({escaped}) = {hash}" : $"{mark}{hash}  {escaped}";
    }

    /// <summary>Algorithm and digest.</summary>
    public override string ToString() => $"{nameof(VmaHash)}: {Algorithm} {Hash}";
}
