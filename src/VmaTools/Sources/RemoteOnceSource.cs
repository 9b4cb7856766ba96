using System;
using System.IO;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Compression;

namespace VmaTools.Sources;

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
        Threads = VmaOpenOptions.ThreadsOf(options);
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
}
