using System.Collections.Generic;

namespace VmaTools;

/// <summary>What became of one entry of a guest that was to be copied.</summary>
public sealed class VmaFileCopy
{
    /// <summary>It was written whole, under its final name.</summary>
    public const string Written = "Written";

    /// <summary>It was written, but not all of it: see <see cref="Message"/>.</summary>
    public const string Partial = "Partial";

    /// <summary>It was left out on purpose, such as a device outside of tar.</summary>
    public const string Skipped = "Skipped";

    /// <summary>It was not written.</summary>
    public const string Failed = "Failed";

    internal VmaFileCopy(string volume, FileEntry entry, string? target, string status)
    {
        Volume = volume;
        Entry = entry;
        FullName = entry.FullName;
        Target = target;
        Status = status;
    }

    /// <summary>An entry that was not written, or not whole.</summary>
    internal VmaFileCopy(string volume, FileEntry entry, string? target, string status, VmaException error)
        : this(volume, entry, target, status)
    {
        Error = error;
        Code = error.Code;
        Message = error.Sentence;
    }

    /// <summary>Something that could not be read while directories were gone through.</summary>
    internal VmaFileCopy(string volume, VmaFileSystemException error)
    {
        Volume = volume;
        FullName = error.FilePath ?? "/";
        Status = Failed;
        Error = error;
        Code = error.Code;
        Message = error.Sentence;
    }

    /// <summary>The id of the volume.</summary>
    public string Volume { get; }

    /// <summary>The path in the guest.</summary>
    public string FullName { get; }

    /// <summary>Full path on the host, or the name in the tar archive; null where none was made.</summary>
    public string? Target { get; }

    /// <summary>One of the constants of this class.</summary>
    public string Status { get; }

    /// <summary>One of the constants of <see cref="VmaCodes"/> where it was not written whole; null else.</summary>
    public string? Code { get; internal init; }

    /// <summary>Why it was not written whole, in a sentence, or null.</summary>
    public string? Message { get; internal init; }

    /// <summary>The same as an error, with all that is known of its place; null for what was written, or left out on purpose.</summary>
    public VmaException? Error { get; }

    /// <summary>Bytes of the content that were copied, holes included.</summary>
    public long Length { get; internal init; }

    /// <summary>The ranges of the content that are lost, where it was written all the same; the first 10,000.</summary>
    public IReadOnlyList<VmaFileRange> LostRanges { get; internal init; } = [];

    /// <summary>SHA-256 of the content, where a manifest was asked for; null else.</summary>
    public string? Sha256 { get; internal init; }

    /// <summary>SHA-256 of the data alone, in place of <see cref="Sha256"/>, of a file whose holes have more than 6 GiB; null else.</summary>
    public string? Sha256OfData { get; internal init; }

    internal FileEntry? Entry { get; }

    /// <summary>The kind, the path and the status.</summary>
    public override string ToString() => $"VmaFileCopy: {Printable.Short(FullName)} ({Printable.Short(Volume)}): {Status}";
}
