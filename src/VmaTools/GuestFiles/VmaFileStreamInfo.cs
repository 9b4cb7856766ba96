namespace VmaTools;

/// <summary>A named stream of a file in a guest.</summary>
public sealed class VmaFileStreamInfo
{
    internal VmaFileStreamInfo(VmaFile file, NamedStreamInfo stream)
    {
        ArchivePath = file.ArchivePath;
        Volume = file.Volume;
        FullName = file.FullName;
        Stream = stream.Name.ToString();
        Length = stream.Length;
    }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>The id of the volume.</summary>
    public string Volume { get; }

    /// <summary>The path of the file in the guest.</summary>
    public string FullName { get; }

    /// <summary>The name of the stream.</summary>
    public string Stream { get; }

    /// <summary>Its bytes.</summary>
    public long Length { get; }

    /// <summary>The kind, the path and the stream.</summary>
    public override string ToString() => $"VmaFileStreamInfo: {Printable.Short(FullName)}:{Printable.Short(Stream)} ({Printable.Short(Volume)})";
}
