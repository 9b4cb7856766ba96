using System;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// Decodes on a thread of its own, a little ahead of whoever reads, with a decoder that does not do so itself. Another may look at
/// that decoder between its blocks.
/// </summary>
internal sealed class WatchedDecodingStream : DecodingStream
{
    private const int BatchSize = 512 << 10;
    private const int BatchCount = 4;

    private readonly DecodingStream _inner;
    private readonly Action _atBlockBoundary;
    private readonly CancellationTokenSource _stop = new();
    private readonly Handover<Batch> _full;
    private readonly Handover<Batch> _empty;
    private Task? _working;
    private Batch? _batch;
    private int _taken;
    private long _decoded;
    private bool _isDisposed;

    /// <param name="inner">The decoder, which this stream owns, and which nobody else may read from now on.</param>
    /// <param name="atBlockBoundary">Called, on the thread that decodes, whenever a block has been decoded to its end.</param>
    public WatchedDecodingStream(DecodingStream inner, Action atBlockBoundary)
    {
        _inner = inner;
        _atBlockBoundary = atBlockBoundary;
        _decoded = inner.DecodedPosition;
        _full = new Handover<Batch>(_stop.Token);
        _empty = new Handover<Batch>(_stop.Token);
    }

    public override long CompressedPosition => _batch?.CompressedPosition ?? 0;

    public override long DecodedPosition => _decoded;

    public override long VerifiedPosition => Math.Min(_batch?.VerifiedPosition ?? 0, _decoded);

    public override bool HasUncheckedContent => _batch?.HasUncheckedContent ?? false;

    public override bool IsAhead => true;

    /// <inheritdoc/>
    /// <remarks>Never of a stream that decodes ahead.</remarks>
    public override bool AtBlockBoundary => false;

    public override DecoderState CaptureState() => throw new InvalidOperationException("The stream decodes ahead.");

    public override int Read(Span<byte> buffer)
    {
        if (_isDisposed)
        {
            throw new ObjectDisposedException(nameof(WatchedDecodingStream));
        }

        _working ??= Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (_batch is null || _taken == _batch.Length)
        {
            // The last one stays: it says the same again.
            if (_batch is { IsLast: true })
            {
                _batch.Error?.Throw();
                return 0;
            }

            if (_batch is not null)
            {
                _empty.Add(_batch);
            }

            _full.Take(out _batch);
            _taken = 0;
        }

        int count = Math.Min(buffer.Length, _batch.Length - _taken);
        _batch.Buffer.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        _decoded += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _stop.Cancel();
            if (_working is not null)
            {
                ((IAsyncResult)_working).AsyncWaitHandle.WaitOne();
            }

            _inner.Dispose();
            _full.Dispose();
            _empty.Dispose();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Work()
    {
        try
        {
            int made = 0;
            Batch batch;
            do
            {
                if (made < BatchCount)
                {
                    made++;
                    batch = new Batch();
                }
                else
                {
                    _empty.Take(out batch);
                }

                Fill(batch);
                _full.Add(batch);
            }
            while (!batch.IsLast);
        }
        catch (OperationCanceledException)
        {
            // Nobody wants more.
        }
    }

    private void Fill(Batch batch)
    {
        batch.Length = 0;
        try
        {
            while (batch.Length < batch.Buffer.Length && !batch.IsLast)
            {
                int read = _inner.Read(batch.Buffer.AsSpan(batch.Length));
                batch.Length += read;
                batch.IsLast = read == 0;
                if (read > 0 && _inner.AtBlockBoundary)
                {
                    _atBlockBoundary();
                }
            }
        }
        catch (Exception exception)
        {
            batch.Error = ExceptionDispatchInfo.Capture(exception);
            batch.IsLast = true;
        }

        batch.CompressedPosition = _inner.CompressedPosition;
        batch.VerifiedPosition = _inner.VerifiedPosition;
        batch.HasUncheckedContent = _inner.HasUncheckedContent;
    }

    /// <summary>Decoded bytes, and how things stood behind them.</summary>
    private sealed class Batch
    {
        public byte[] Buffer { get; } = new byte[BatchSize];

        public int Length { get; set; }

        public long CompressedPosition { get; set; }

        public long VerifiedPosition { get; set; }

        public bool HasUncheckedContent { get; set; }

        /// <summary>Whether nothing follows it, but perhaps <see cref="Error"/>.</summary>
        public bool IsLast { get; set; }

        public ExceptionDispatchInfo? Error { get; set; }
    }
}
