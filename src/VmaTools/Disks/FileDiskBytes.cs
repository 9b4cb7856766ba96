using System;
using System.IO;
using VmaTools.Bytes;
using VmaTools.Files;
using VmaTools.Sources;

namespace VmaTools.Disks;

/// <summary>A file or block device as a disk. It is open as long as this lives; its holes are known as zeros.</summary>
internal sealed class FileDiskBytes : DiskBytes
{
    private readonly FileBytes _bytes;
    private readonly FileHoles _holes;
    private readonly string _path;

    // The stretch asked for last: systems look for its end through all of it, and images ask for small parts of a large one.
    private long _knownStart;
    private long _knownEnd;
    private bool _isKnownHole;

    /// <param name="path">The file.</param>
    /// <exception cref="VmaException">It is no file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public FileDiskBytes(string path)
    {
        _path = path;
        using (FileStream file = SourceFile.Open(path))
        {
            Length = FileLength.Of(file);
        }

        _bytes = new FileBytes(path, FileOptions.SequentialScan);
        _holes = new FileHoles(path, Length);
    }

    /// <summary>Opens a file that was looked at before.</summary>
    /// <exception cref="VmaException">It cannot be opened any more.</exception>
    public static FileDiskBytes Reopen(string path)
    {
        try
        {
            return new FileDiskBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw SourceErrors.Of(exception, path);
        }
    }

    public override long Length { get; }

    public override void Dispose()
    {
        _bytes.Dispose();
        _holes.Dispose();
        base.Dispose();
    }

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
#if NETSTANDARD2_0
        // There, reading moves the position of the one handle.
        lock (_bytes)
#endif
        {
            int read = _bytes.ReadAt(offset, buffer);
            if (read < buffer.Length)
            {
                throw new VmaException(
                    VmaCodes.SourceChanged, $"The source ends at {offset + read}; it had {Length} bytes when it was first looked at.", _path);
            }
        }
    }

    protected override KnownRange FindRangeCore(long offset, long length)
    {
        lock (_holes)
        {
            if (offset < _knownStart || offset >= _knownEnd)
            {
                (_isKnownHole, long known) = _holes.Find(offset);
                _knownStart = offset;
                _knownEnd = offset + known;
            }

            return new KnownRange(Math.Min(_knownEnd - offset, length), _isKnownHole ? KnownRangeKind.Zeros : KnownRangeKind.Data);
        }
    }
}
