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

    internal VmaException NotSeekable() => new(
        VmaCodes.SourceNotSeekable, "The archive cannot be read at any offset: its bytes only come in order.", Path);

    /// <summary>The forward bytes of whatever <paramref name="stream"/> holds, told by its first bytes.</summary>
    private protected static ForwardBytes Decode(Stream stream, bool leaveOpen, string compression, int maxWindowSize, int threads) =>
        compression == VmaCompression.None
            ? new PipedForwardBytes(stream, leaveOpen)
            : new DecodedForwardBytes(CompressionFormats.CreateDecoder(
                compression, new ReadAheadStream(stream, leaveOpen), maxWindowSize, threads));
}

/// <summary>A file. Each reader opens it anew, so nothing is held open between uses.</summary>
internal sealed class FileSource : ArchiveSource
{
    private readonly DateTime _lastWriteTimeUtc;
    private readonly int _maxWindowSize;

    /// <param name="path">The file.</param>
    /// <param name="maxWindowSize">The largest window that a zstd stream may ask for.</param>
    /// <param name="compression">How the file is compressed, whatever its first bytes are; null to tell it by them.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public FileSource(string path, int maxWindowSize, string? compression = null)
    {
        Path = System.IO.Path.GetFullPath(path);
        _maxWindowSize = maxWindowSize;
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

    public override bool CanReadAnywhere => Compression == VmaCompression.None;

    /// <summary>True where an index makes the archive readable at any offset.</summary>
    public bool CanIndex => Compression != VmaCompression.None;

    /// <summary>The largest window that a zstd stream may ask for.</summary>
    public int MaxWindowSize => _maxWindowSize;

    /// <summary>When the file was last written, as of the first look at it.</summary>
    public DateTime LastWriteTimeUtc => _lastWriteTimeUtc;

    /// <summary>A decoder of the whole file.</summary>
    public DecodingStream CreateDecoder() => CompressionFormats.CreateDecoder(
        Compression,
        new ReadAheadStream(
            new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan),
            leaveOpen: false),
        _maxWindowSize,
        Threads);

    /// <summary>The decompressed bytes of what begins at an offset of the stored ones.</summary>
    public ForwardBytes OpenForwardAt(long offset)
    {
        FileStream stream = new(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        stream.Position = offset;
        return Decode(stream, leaveOpen: false, Compression, _maxWindowSize, Threads);
    }

    /// <summary>The decompressed bytes from where a decoder's state was on.</summary>
    public ForwardBytes OpenForwardAt(DecoderState state)
    {
        FileStream stream = new(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        stream.Position = state.CompressedPosition;
        return new DecodedForwardBytes(CompressionFormats.Resume(new ReadAheadStream(stream, leaveOpen: false), leaveOpen: false, state));
    }

    public override ForwardBytes OpenForward(int threads)
    {
        ThrowIfChanged();
        return Compression == VmaCompression.None
            ? new PlainForwardBytes(TappedBytes.Wrap(new FileBytes(Path, FileOptions.SequentialScan), Tap))
            : Decode(
                TappedStream.Wrap(
                    new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan),
                    leaveOpen: false,
                    Tap),
                leaveOpen: false,
                Compression,
                _maxWindowSize,
                threads);
    }

    public override RandomBytes OpenRandom()
    {
        if (!CanReadAnywhere)
        {
            throw NotSeekable();
        }

        ThrowIfChanged();
        return new FileBytes(Path);
    }

    public override VmaException? FindChange()
    {
        (bool exists, long length, DateTime lastWriteTimeUtc) = Facts();
        return exists && length == StoredLength && lastWriteTimeUtc == _lastWriteTimeUtc
            ? null
            : new VmaException(VmaCodes.SourceChanged, "The archive has changed since it was first looked at.", Path);
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

    private void ThrowIfChanged()
    {
        if (FindChange() is { } change)
        {
            throw change;
        }
    }
}

/// <summary>A seekable stream of the caller's.</summary>
internal sealed class SeekableStreamSource : ArchiveSource
{
    private readonly Stream _stream;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly long _origin;
    private readonly bool _leaveOpen;
    private readonly int _maxWindowSize;

    public SeekableStreamSource(Stream stream, bool leaveOpen, int maxWindowSize)
    {
        _stream = stream;
        _origin = stream.Position;
        _leaveOpen = leaveOpen;
        _maxWindowSize = maxWindowSize;
        StoredLength = stream.Length - _origin;
        byte[] magic = new byte[CompressionFormats.MagicLength];
        int read = new StreamBytes(stream, _origin, _turn).ReadAt(0, magic);
        Compression = CompressionFormats.Detect(magic.AsSpan(0, read));
    }

    public override long? StoredLength { get; }

    public override string Compression { get; }

    public override bool CanReadAnywhere => Compression == VmaCompression.None;

    public override ForwardBytes OpenForward(int threads)
    {
        if (Compression == VmaCompression.None)
        {
            return new PlainForwardBytes(TappedBytes.Wrap(new StreamBytes(_stream, _origin, _turn), Tap));
        }

        _stream.Position = _origin;
        return Decode(TappedStream.Wrap(_stream, leaveOpen: true, Tap), leaveOpen: true, Compression, _maxWindowSize, threads);
    }

    public override RandomBytes OpenRandom() => CanReadAnywhere ? new StreamBytes(_stream, _origin, _turn) : throw NotSeekable();

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
        stream = TappedStream.Wrap(stream, leaveOpen, tap);
        byte[] magic = new byte[CompressionFormats.MagicLength];
        PipedForwardBytes peek = new(stream, leaveOpen: true);
        int read = peek.Read(magic);
        Compression = CompressionFormats.Detect(magic.AsSpan(0, read));
        _forward = Decode(new PrefixedStream(magic, read, stream, leaveOpen), leaveOpen: false, Compression, maxWindowSize, threads);
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
