using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.Disks;
using VmaTools.Files;
using VmaTools.Images;
using VmaTools.Images.Reading;

namespace VmaTools;

/// <summary>
/// A disk image, of whatever format it turns out to be: QCOW2, VHDX, VHD, VMDK, VDI, or the bytes of the disk themselves. What it
/// needs and is not read here, such as a parent or a key, is refused by name.
/// </summary>
public sealed class VmaImage
{
    private readonly Stream? _stream;
    private readonly ImageFormat? _asked;
    private readonly (string Path, FileStamp Stamp)[] _files;

    private VmaImage(string? path, Stream? stream, ImageFormat? asked)
    {
        ImagePath = path;
        _stream = stream;
        _asked = asked;
        using OpenedImage image = Open(static p => new FileDiskBytes(p));
        Format = image.Format;
        Variant = image.Variant;
        Size = image.Disk.Length;
        SectorSize = image.Disk.SectorSize;
        Findings = image.Findings;
        _files = path is null ? [] : [.. image.Besides.Prepend(path).Select(static p => (p, FileStamp.Of(p)))];
    }

    /// <summary>Full path of the file, or null for a stream.</summary>
    public string? ImagePath { get; }

    /// <summary>The format, told by the first bytes (of a fixed VHD: the last ones).</summary>
    public ImageFormat Format { get; }

    /// <summary>What the format calls this kind of it, such as <c>dynamic</c>, <c>version 3</c>, <c>streamOptimized</c>; empty for raw.</summary>
    public string Variant { get; }

    /// <summary>Size of the disk in bytes.</summary>
    public long Size { get; }

    /// <summary>Bytes in a logical sector of the disk: 512 or 4096. A raw disk does not tell; 512 is said of it.</summary>
    public int SectorSize { get; }

    /// <summary>What is worth knowing of it, and did not keep it from being read: snapshots left out, a log that was replayed.</summary>
    public IReadOnlyList<VmaFinding> Findings { get; }

    /// <summary>Looks at an image in a file or on a block device, which is not held open.</summary>
    /// <param name="path">The file. A VMDK may be its descriptor, whose further files are beside it.</param>
    /// <param name="format">The format that it must have; null to tell it by its bytes. Raw takes the bytes as they are.</param>
    /// <exception cref="VmaException">It is damaged, not of that format, or has what is not read here.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static VmaImage Open(string path, ImageFormat? format = null) =>
        new(Path.GetFullPath(path ?? throw new ArgumentNullException(nameof(path))), null, format);

    /// <summary>Looks at an image in a stream.</summary>
    /// <param name="stream">A readable stream that seeks, of the whole file. It stays open, and is needed for reading.</param>
    /// <param name="format">The format that it must have; null to tell it by its bytes. Raw takes the bytes as they are.</param>
    /// <exception cref="VmaException">It is damaged, not of that format, or has what is not read here; the stream does not seek.</exception>
    public static VmaImage Open(Stream stream, ImageFormat? format = null)
    {
        if (stream is null)
        {
            throw new ArgumentNullException(nameof(stream));
        }

        return stream.CanRead && stream.CanSeek
            ? new VmaImage(null, stream, format)
            : throw new VmaException(VmaCodes.SourceNotSeekable, "An image is read at any offset, and the stream only gives its bytes in order.");
    }

    /// <summary>The disk in the image, as a seekable stream that is only read. What the tables leave out is known as zeros.</summary>
    /// <exception cref="VmaException">It changed since it was looked at, or is damaged.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public Stream OpenRead()
    {
        OpenedImage image = OpenDisk();
        return new DiskBytesStream(image.Disk, image);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(VmaImage)}: {ImageOpener.NameOf(Format)}, {Size} bytes ({ImagePath ?? "stream"})";

    /// <summary>The disk, for reading in the engine.</summary>
    internal OpenedImage OpenDisk() => FindChange() is { } change ? throw change : Open(FileDiskBytes.Reopen);

    /// <summary>The error for files that are not as they were when they were first looked at, or null.</summary>
    internal VmaException? FindChange()
    {
        try
        {
            return _files.Any(static f => FileStamp.Of(f.Path) != f.Stamp)
                ? new VmaException(VmaCodes.SourceChanged, "The source changed since it was first looked at; a guest that runs writes to its disks.", ImagePath)
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return SourceErrors.Of(exception, ImagePath);
        }
    }

    private OpenedImage Open(Func<string, DiskBytes> open) => ImageOpener.Open(
        ImagePath,
        _stream is null ? open(ImagePath!) : new StreamDiskBytes(_stream, leaveOpen: true),
        _asked);
}
