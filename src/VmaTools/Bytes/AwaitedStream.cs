using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Bytes;

/// <summary>
/// Asks another stream for its bytes asynchronously only, whoever reads: some streams complete no other way. A synchronous reader waits,
/// and no thread but its own with it.
/// </summary>
internal sealed class AwaitedStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly bool _leaveOpen;

    /// <param name="inner">The stream.</param>
    /// <param name="leaveOpen">Whether it stays open when this one is disposed.</param>
    public AwaitedStream(Stream inner, bool leaveOpen)
    {
        _inner = inner;
        _leaveOpen = leaveOpen;
    }

    /// <summary>Ends waiting for bytes, of synchronous readers too.</summary>
    public CancellationToken StopToken { get; set; }

    public override bool CanRead => !IsDisposed && _inner.CanRead;

    public override bool CanSeek => !IsDisposed && _inner.CanSeek;

    public override long Length => _inner.Length;

    public override long Position
    {
        get => _inner.Position;
        set => _inner.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ThrowIfDisposed();
        Task<int> reading = _inner.ReadAsync(buffer, offset, count, StopToken);
        if (!reading.IsCompleted)
        {
            // What stands still and hears of no token is left alone with its read.
            try
            {
                reading.Wait(StopToken);
            }
            catch (AggregateException)
            {
                // Thrown below as it is.
            }
        }

        return reading.GetAwaiter().GetResult();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _inner.ReadAsync(buffer, offset, count, cancellationToken);

#if !NETSTANDARD2_0
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _inner.ReadAsync(buffer, cancellationToken);
#endif

    public override long Seek(long offset, SeekOrigin origin) => _inner.Seek(offset, origin);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
