using System;
using System.Collections.Concurrent;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Sources;

/// <summary>
/// Reads a source on a thread of its own, a little ahead of whoever wants the bytes, so that decompressing does not wait for
/// the disk. The first bytes are read as they are asked for: looking at a header should cost no more than that.
/// </summary>
internal sealed class ReadAheadStream : Stream
{
    private const int ChunkSize = 256 << 10;
    private const int ChunkCount = 8;
    private const long ReadDirectly = 512 << 10;

    private readonly Stream _source;
    private readonly bool _leaveOpen;
    private readonly long _readDirectly;
    private readonly CancellationTokenSource _stop;
    private readonly BlockingCollection<Chunk> _full = [];
    private readonly BlockingCollection<Chunk> _empty = [];
    private Task? _reading;
    private Chunk? _current;
    private int _taken;
    private long _position;
    private bool _isDisposed;

    /// <param name="source">The source; only this stream may read it from now on.</param>
    /// <param name="leaveOpen">Whether it stays open when this stream is disposed.</param>
    /// <param name="readDirectly">As many first bytes are read only as they are asked for.</param>
    /// <param name="cancellationToken">Ends waiting for a source that stands still.</param>
    public ReadAheadStream(Stream source, bool leaveOpen, long readDirectly = ReadDirectly, CancellationToken cancellationToken = default)
    {
        _source = source;
        _leaveOpen = leaveOpen;
        _readDirectly = readDirectly;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = _position < _readDirectly ? _source.Read(buffer, offset, count) : ReadChunk(buffer, offset, count);
        _position += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _stop.Cancel();
            if (!_leaveOpen)
            {
                // A file must not be closed under a read; a pipe may keep one waiting for ever, and is closed all the same.
                if (_source is FileStream { CanSeek: true } && _reading is not null)
                {
                    ((IAsyncResult)_reading).AsyncWaitHandle.WaitOne();
                }

                _source.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private int ReadChunk(byte[] buffer, int offset, int count)
    {
        _reading ??= Task.Factory.StartNew(ReadAhead, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (_current is null)
        {
            _current = _full.Take(_stop.Token);
            _taken = 0;
        }

        // The last chunk, whether it tells the end or an error, stays: it says the same again.
        _current.Error?.Throw();
        int length = Math.Min(count, _current.Length - _taken);
        Buffer.BlockCopy(_current.Bytes, _taken, buffer, offset, length);
        _taken += length;
        if (_current.Length > 0 && _taken == _current.Length)
        {
            _empty.Add(_current);
            _current = null;
        }

        return length;
    }

    private void ReadAhead()
    {
        int made = 0;
        try
        {
            while (true)
            {
                Chunk chunk = made < ChunkCount && _empty.Count == 0 ? new Chunk() : _empty.Take(_stop.Token);
                made++;
                try
                {
                    chunk.Length = _source.Read(chunk.Bytes, 0, ChunkSize);
                }
                catch (Exception exception)
                {
                    chunk.Error = ExceptionDispatchInfo.Capture(exception);
                    chunk.Length = 0;
                }

                int length = chunk.Length;
                _full.Add(chunk);
                if (length == 0)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody wants more.
        }
    }

    private sealed class Chunk
    {
        public byte[] Bytes { get; } = new byte[ChunkSize];

        public int Length { get; set; }

        public ExceptionDispatchInfo? Error { get; set; }
    }
}
