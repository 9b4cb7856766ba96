using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Bytes;

/// <summary>
/// Reads a source on a thread of its own, a little ahead of whoever wants the bytes, so that decompressing does not wait for
/// the disk. The first bytes are read as they are asked for: looking at a header should cost no more than that.
/// </summary>
internal sealed class ReadAheadStream : ForwardStream
{
    /// <summary>Bytes before those of a borrowed chunk that the borrower may write to, such as what it has left of the one before.</summary>
    public const int RoomBefore = 160 << 10;

    /// <summary>Bytes behind those of a borrowed chunk that are there, and mean nothing.</summary>
    public const int RoomBehind = 64;

    private const int ChunkSize = 1 << 20;
    private const int ChunkCount = 4;
    private const long ReadDirectly = 512 << 10;

    private readonly Stream _source;
    private readonly bool _leaveOpen;
    private readonly long _readDirectly;
    private readonly CancellationTokenSource _stop;
    private readonly Handover<Chunk> _full;
    private readonly Handover<Chunk> _empty;
    private Task? _reading;
    private Chunk? _current;
    private int _taken;
    private long _position;

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
        _full = new Handover<Chunk>(_stop.Token);
        _empty = new Handover<Chunk>(_stop.Token);
    }

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (PartToFill(buffer, offset, count).IsEmpty)
        {
            return 0;
        }

        int read = _position < _readDirectly ? _source.Read(buffer, offset, count) : ReadChunk(buffer, offset, count);
        _position += read;
        return read;
    }

    /// <summary>True where the bytes that come next can be borrowed instead of read, which saves copying them.</summary>
    public bool CanLend => _position >= _readDirectly && _current is null;

    /// <summary>Lends the bytes that come next, until they are given back; null at the end.</summary>
    public Chunk? Borrow()
    {
        Chunk chunk = TakeChunk();
        if (chunk.Length == 0)
        {
            return null;
        }

        _current = null;
        _position += chunk.Length;
        return chunk;
    }

    /// <summary>Gives back what was borrowed.</summary>
    public void GiveBack(Chunk chunk) => _empty.Add(chunk);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsDisposed)
        {
            _stop.Cancel();
            if (!_leaveOpen)
            {
                // A file must not be closed under a read; a pipe may keep one waiting for ever, and is closed all the same.
                if (_source is SourceStream { IsFile: true } && _reading is not null)
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
        Chunk current = TakeChunk();
        int length = Math.Min(count, current.Length - _taken);
        Buffer.BlockCopy(current.Bytes, RoomBefore + _taken, buffer, offset, length);
        _taken += length;
        if (current.Length > 0 && _taken == current.Length)
        {
            _empty.Add(current);
            _current = null;
        }

        return length;
    }

    // The last chunk, whether it tells the end or an error, stays: it says the same again.
    private Chunk TakeChunk()
    {
        _reading ??= Task.Factory.StartNew(ReadAhead, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (_current is null)
        {
            _full.Take(out _current);
            _taken = 0;
        }

        _current.Error?.Throw();
        return _current;
    }

    private void ReadAhead()
    {
        int made = 0;
        try
        {
            while (true)
            {
                if (!_empty.TryTake(out Chunk chunk))
                {
                    if (made++ < ChunkCount)
                    {
                        chunk = new Chunk();
                    }
                    else
                    {
                        _empty.Take(out chunk);
                    }
                }

                try
                {
                    chunk.Length = _source.Read(chunk.Bytes, RoomBefore, ChunkSize);
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

    /// <summary>Some bytes of the source.</summary>
    internal sealed class Chunk
    {
        /// <summary>The array that they are in, from <see cref="RoomBefore"/> on.</summary>
        public byte[] Bytes { get; } = new byte[RoomBefore + ChunkSize + RoomBehind];

        /// <summary>How many they are.</summary>
        public int Length { get; set; }

        public ExceptionDispatchInfo? Error { get; set; }
    }
}
