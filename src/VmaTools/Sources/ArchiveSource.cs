using System;
using System.IO;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Compression;

namespace VmaTools.Sources;

/// <summary>Where an archive's bytes come from, and what can be done with them: read forward, at any offset, once or again.</summary>
internal abstract class ArchiveSource : IDisposable
{
    /// <summary>Full path of the file, or null for a stream.</summary>
    public virtual string? Path => null;

    /// <summary>Number of stored bytes, or null where only reading to the end tells.</summary>
    public abstract long? StoredLength { get; }

    /// <summary>How the bytes are compressed: one of the constants of <see cref="VmaCompression"/>.</summary>
    public abstract string Compression { get; }

    /// <summary>True where the archive can be read at any offset without further ado; a compressed file needs an index for that.</summary>
    public abstract bool CanReadAnywhere { get; }

    /// <summary>How many threads may decode at a time.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Listens to the stored bytes that forward reading takes; null for nobody.</summary>
    public StoredBytesTap? Tap { get; set; }

    /// <summary>The archive's bytes from the start, in order.</summary>
    /// <exception cref="VmaException">The source can be read only once and was, or it changed since it was first looked at.</exception>
    public ForwardBytes OpenForward() => OpenForward(Threads);

    /// <summary>The same, with a say in how many threads decode at a time.</summary>
    /// <inheritdoc cref="OpenForward()"/>
    public abstract ForwardBytes OpenForward(int threads);

    /// <summary>The archive's bytes at any offset.</summary>
    /// <exception cref="VmaException">The source does not allow that, or it changed since it was first looked at.</exception>
    public abstract RandomBytes OpenRandom();

    /// <summary>The error for a source that is not the same as when it was first looked at, or null where it is.</summary>
    public virtual VmaException? FindChange() => null;

    public virtual void Dispose() => GC.SuppressFinalize(this);

    internal virtual VmaException NotSeekable() => new(
        VmaCodes.SourceNotSeekable, "The archive cannot be read at any offset: its bytes only come in order.", Path);

    /// <summary>The forward bytes of whatever <paramref name="stream"/> holds, told by its first bytes.</summary>
    private protected static ForwardBytes Decode(Stream stream, bool leaveOpen, string compression, int maxWindowSize, int threads) =>
        compression == VmaCompression.None
            ? new PipedForwardBytes(stream, leaveOpen)
            : new DecodedForwardBytes(CompressionFormats.CreateDecoder(
                compression, new ReadAheadStream(stream, leaveOpen), maxWindowSize, threads));
}

/// <summary>A file. Each reader opens it anew, so nothing is held open between uses.</summary>
internal sealed class FileSource : SeekableSource
{
    private readonly DateTime _lastWriteTimeUtc;

    /// <param name="path">The file.</param>
    /// <param name="maxWindowSize">The largest window that a zstd stream may ask for.</param>
    /// <param name="compression">How the file is compressed, whatever its first bytes are; null to tell it by them.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public FileSource(string path, int maxWindowSize, string? compression = null)
        : base(maxWindowSize)
    {
        Path = System.IO.Path.GetFullPath(path);
        using FileBytes bytes = new(Path);
        StoredLength = bytes.Length;
        _lastWriteTimeUtc = Facts().LastWriteTimeUtc;
        byte[] magic = new byte[CompressionFormats.MagicLength];
        int read = bytes.ReadAt(0, magic);
        Compression = compression ?? CompressionFormats.Detect(magic.AsSpan(0, read));
    }

    public override string Path { get; }

    public override long? StoredLength { get; }

    public override string Compression { get; }

    public override long WriteTicks => _lastWriteTimeUtc.Ticks;

    public override RandomBytes OpenStored() => FileBytes.Reopen(Path);

    public override Stream OpenStoredAt(long offset) => SourceStream.Open(Path, offset, FileOptions.SequentialScan);

    public override Stream OpenStoredPart(long offset, long likelyEnd) => SourceStream.Open(Path, offset, FileOptions.None);

    private protected override RandomBytes OpenPlain() => FileBytes.Reopen(Path, FileOptions.SequentialScan);

    public override VmaException? FindChange()
    {
        try
        {
            (bool exists, long length, DateTime lastWriteTimeUtc) = Facts();
            return exists && length == StoredLength && lastWriteTimeUtc == _lastWriteTimeUtc
                ? null
                : new VmaException(VmaCodes.SourceChanged, "The archive has changed since it was first looked at.", Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return SourceErrors.Of(exception, Path);
        }
    }

    // Of a link, what it leads to counts.
    private (bool Exists, long Length, DateTime LastWriteTimeUtc) Facts()
    {
        FileInfo file = new(Path);
        if (!file.Exists)
        {
            return (false, 0, default);
        }

#if NETSTANDARD2_0
        if ((file.Attributes & FileAttributes.ReparsePoint) != 0)
        {
            // .NET Framework has no way to follow it but opening.
            using FileBytes bytes = new(Path);
            return (true, bytes.Length, file.LastWriteTimeUtc);
        }
#else
        if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
        {
            file = target;
        }
#endif
        return file.Exists ? (true, file.Length, file.LastWriteTimeUtc) : default;
    }
}

/// <summary>A seekable stream of the caller's. Readers take turns.</summary>
internal sealed class SeekableStreamSource : SeekableSource
{
    private readonly Stream _stream;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly long _origin;
    private readonly bool _leaveOpen;

    public SeekableStreamSource(Stream stream, bool leaveOpen, int maxWindowSize)
        : base(maxWindowSize)
    {
        _stream = SourceStream.Of(stream, leaveOpen: false);
        _origin = _stream.Position;
        _leaveOpen = leaveOpen;
        StoredLength = _stream.Length - _origin;
        byte[] magic = new byte[CompressionFormats.MagicLength];
        int read = OpenStored().ReadAt(0, magic);
        Compression = CompressionFormats.Detect(magic.AsSpan(0, read));
    }

    public override long? StoredLength { get; }

    public override string Compression { get; }

    public override RandomBytes OpenStored() => new StreamBytes(_stream, _origin, _turn);

    internal override VmaException NotSeekable() => new(
        VmaCodes.SourceNotSeekable, "The archive is a compressed stream, which takes its index to be read at any offset, and none that fits was given.");

    public override void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }

        base.Dispose();
    }
}

/// <summary>A pipe or another stream that only goes forward: it serves one pass, header included.</summary>
internal sealed class PipeSource : ArchiveSource
{
    private readonly ForwardBytes _forward;
    private bool _taken;

    public PipeSource(Stream stream, bool leaveOpen, int maxWindowSize, int threads, StoredBytesTap? tap = null)
    {
        Tap = tap;
        stream = TappedStream.Wrap(SourceStream.Of(stream, leaveOpen), leaveOpen: false, tap);
        byte[] magic = new byte[CompressionFormats.MagicLength];
        PipedForwardBytes peek = new(stream, leaveOpen: true);
        int read = peek.Read(magic);
        Compression = CompressionFormats.Detect(magic.AsSpan(0, read));
        _forward = Decode(new PrefixedStream(magic, read, stream, leaveOpen: false), leaveOpen: false, Compression, maxWindowSize, threads);
    }

    public override long? StoredLength => null;

    public override string Compression { get; }

    public override bool CanReadAnywhere => false;

    public override ForwardBytes OpenForward(int threads)
    {
        if (_taken)
        {
            throw new VmaException(
                VmaCodes.SourceNotReopenable,
                "The archive came from a stream that can be read only once; give the stream to the command that does the work.");
        }

        _taken = true;
        return _forward;
    }

    public override RandomBytes OpenRandom() => throw NotSeekable();

    public override void Dispose()
    {
        _forward.Dispose();
        base.Dispose();
    }
}
