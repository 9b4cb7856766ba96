using System;
using System.IO;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Compression;

namespace VmaTools.Sources;

/// <summary>An archive that a server keeps and sends parts of.</summary>
internal sealed class RemoteSource : SeekableSource
{
    private readonly RemoteFile _file;
    private readonly RemoteSettings _settings;
    private readonly CancellationToken _stop;

    private RemoteSource(RemoteFile file, byte[] first, VmaOpenOptions options)
        : base(VmaOpenOptions.WindowOf(options))
    {
        _file = file;
        _settings = options.Remote;
        _stop = options.CancellationToken;
        Compression = CompressionFormats.Detect(first);
        RemoteBytes.Keep(file, first);
    }

    public override string Path => _file.Address.Shown;

    public override string PlainName => _file.Address.Name;

    public override long? StoredLength => _file.Length;

    public override string Compression { get; }

    /// <summary>Looks at an archive.</summary>
    /// <exception cref="VmaException">It cannot be had.</exception>
    public static ArchiveSource Open(string path, VmaOpenOptions options)
    {
        RemoteAddress address = AddressOf(path, options);
        RemoteFile file = RemoteFile.Look(address, options.Remote, options.CancellationToken, out RemotePart first);
        if (!file.HasRanges)
        {
            return new RemoteOnceSource(file, first, options);
        }

        using (first)
        {
            byte[] bytes = new byte[(int)Math.Min(RemoteBlocks.BlockSize, file.Length ?? 0)];
            int filled = 0;
            while (filled < bytes.Length)
            {
                int read = first.Read(bytes, filled, bytes.Length - filled, default).GetAwaiter().GetResult();
                filled += read > 0 ? read : throw file.Errors.Invalid("the file ends early");
            }

            return new RemoteSource(file, bytes, options) { Threads = options.ThrottleLimit, Index = GivenIndex.Of(options) };
        }
    }

    /// <summary>The index of which an address was given.</summary>
    public static GivenIndex OpenIndex(string path, VmaOpenOptions options) => IndexAt(AddressOf(path, options), options.Remote, options.CancellationToken);

    public override GivenIndex? IndexBeside(string extension) => IndexAt(_file.Address.Beside(extension), _settings, _stop);

    public override RandomBytes OpenStored() => new RemoteBytes(_file);

    public override Stream OpenStoredAt(long offset, bool toEnd) => toEnd ? new RemoteStream(_file, offset) : base.OpenStoredAt(offset, toEnd);

    public override VmaException? FindChange() => _file.Change;

    private static RemoteAddress AddressOf(string path, VmaOpenOptions options) => options.Addresses?.Find(path) ?? RemoteAddress.Parse(path, options.Headers);

    private static GivenIndex IndexAt(RemoteAddress address, RemoteSettings settings, CancellationToken stop)
    {
        RemoteFile? known = null;
        return new GivenIndex(address.Shown, Open);

        RandomBytes Open()
        {
            if (known is null)
            {
                RemoteFile file = RemoteFile.Look(address, settings, stop, out RemotePart first);
                first.Dispose();
                known = file.HasRanges ? file : throw file.Errors.NoRanges();
            }

            return new RemoteBytes(known);
        }
    }
}

/// <summary>An archive on a server that sends no parts: each use reads it from its start.</summary>
internal sealed class RemoteOnceSource : ArchiveSource
{
    private readonly RemoteFile _file;
    private readonly int _maxWindowSize;
    private RemotePartStream? _first;

    public RemoteOnceSource(RemoteFile file, RemotePart first, VmaOpenOptions options)
    {
        _file = file;
        _maxWindowSize = VmaOpenOptions.WindowOf(options);
        Threads = options.ThrottleLimit;
        RemotePartStream stream = new(first);
        byte[] magic = new byte[CompressionFormats.MagicLength];
        int read = new PipedForwardBytes(stream, leaveOpen: true).Read(magic);
        Compression = CompressionFormats.Detect(magic.AsSpan(0, read));
        _first = stream;
        Magic = magic.AsSpan(0, read).ToArray();
    }

    public override string Path => _file.Address.Shown;

    public override long? StoredLength => _file.Length;

    public override string Compression { get; }

    public override bool CanReadAnywhere => false;

    private byte[] Magic { get; }

    public override ForwardBytes OpenForward(int threads)
    {
        Stream stream = Interlocked.Exchange(ref _first, null) is { } first
            ? new PrefixedStream(Magic, Magic.Length, first, leaveOpen: false)
            : new RemotePartStream(new RemotePart(_file, 0, long.MaxValue));
        return Decode(TappedStream.Wrap(stream, leaveOpen: false, Tap), leaveOpen: false, Compression, _maxWindowSize, threads);
    }

    public override RandomBytes OpenRandom() => throw NotSeekable();

    public override VmaException? FindChange() => _file.Change;

    internal override VmaException NotSeekable() => _file.Errors.NoRanges();

    public override void Dispose()
    {
        Interlocked.Exchange(ref _first, null)?.Dispose();
        base.Dispose();
    }

    private sealed class RemotePartStream : ForwardStream
    {
        private readonly RemotePart _part;
        private readonly CancellationTokenSource _closed = new();

        public RemotePartStream(RemotePart part) => _part = part;

        public override int Read(byte[] buffer, int offset, int count)
        {
            PartToFill(buffer, offset, count);
            return _part.Read(buffer, offset, count, _closed.Token).GetAwaiter().GetResult();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !IsDisposed)
            {
                _closed.Cancel();
                _part.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
