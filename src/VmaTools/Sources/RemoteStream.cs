using System;
using System.Threading;
using VmaTools.Bytes;

namespace VmaTools.Sources;

/// <summary>
/// A file on a server from an offset on. To its end: first as blocks, of which some may be remembered and of which few are wanted where
/// only a header is, then in one answer. Or a part of it: as blocks, as many at first as are likely to be read.
/// </summary>
internal sealed class RemoteStream : ForwardStream
{
    /// <summary>Bytes that are read as blocks.</summary>
    private const long AsBlocks = 4 << 20;

    private readonly RemoteFile _file;
    private readonly RemoteBytes _blocks;
    private readonly CancellationTokenSource _closed = new();
    private readonly long _endOfBlocks;
    private RemotePart? _part;
    private long _position;

    /// <param name="file">The file.</param>
    /// <param name="start">Where reading begins.</param>
    /// <param name="likelyEnd">Where it is likely to end, at the earliest; null for the file's end.</param>
    public RemoteStream(RemoteFile file, long start, long? likelyEnd)
    {
        _file = file;
        _blocks = new RemoteBytes(file, likelyEnd ?? 0);
        _endOfBlocks = likelyEnd is null ? start + AsBlocks : long.MaxValue;
        _position = start;
    }

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        Span<byte> target = PartToFill(buffer, offset, count);
        int read;
        if (_position < _endOfBlocks)
        {
            read = _blocks.ReadInOrder(_position, target.Slice(0, (int)Math.Min(count, _endOfBlocks - _position)));
        }
        else
        {
            _part ??= new RemotePart(_file, _position, _file.Length ?? 0);
            read = _part.Read(buffer, offset, count, _closed.Token).GetAwaiter().GetResult();
        }

        _position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsDisposed)
        {
            _closed.Cancel();
            _blocks.Dispose();
            _part?.Dispose();
        }

        base.Dispose(disposing);
    }
}
