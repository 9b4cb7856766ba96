using System;
using System.IO;
using System.Threading;
using VmaTools.Bytes;

namespace VmaTools.Sources;

/// <summary>
/// Hears the stored bytes of an archive in order and each once, however they are read: what reading leaves out it reads
/// itself, and what is read again it ignores.
/// </summary>
internal abstract class StoredBytesTap
{
    private const int RestSize = 1 << 20;

    private RestReader? _readRest;

    /// <summary>Reads bytes that the archive's reader has not asked for.</summary>
    /// <param name="offset">Where in the stored bytes; for a stream that only goes forward, where it stands.</param>
    /// <param name="buffer">Where they go.</param>
    public delegate int RestReader(long offset, Span<byte> buffer);

    /// <summary>Number of bytes heard.</summary>
    public long Position { get; private set; }

    /// <summary>Tells where bytes come from that nobody asks for.</summary>
    public void Attach(RestReader readRest) => _readRest = readRest;

    /// <summary>Hears that bytes were read.</summary>
    public void Observe(long offset, ReadOnlySpan<byte> data)
    {
        if (offset > Position)
        {
            ReadUpTo(offset, CancellationToken.None);
        }

        long known = Position - offset;
        if (known >= 0 && known < data.Length)
        {
            Hear(data.Slice((int)known));
        }
    }

    /// <summary>Reads what is left to the end.</summary>
    public void Complete(CancellationToken cancellationToken) => ReadUpTo(long.MaxValue, cancellationToken);

    protected abstract void OnBytes(ReadOnlySpan<byte> data);

    private void Hear(ReadOnlySpan<byte> data)
    {
        Position += data.Length;
        OnBytes(data);
    }

    private void ReadUpTo(long end, CancellationToken cancellationToken)
    {
        if (_readRest is null)
        {
            return;
        }

        byte[] buffer = new byte[RestSize];
        while (Position < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = _readRest(Position, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - Position)));
            if (read == 0)
            {
                break;
            }

            Hear(buffer.AsSpan(0, read));
        }
    }
}

/// <summary>Bytes at any offset, with a tap.</summary>
internal sealed class TappedBytes : RandomBytes
{
    private readonly RandomBytes _inner;
    private readonly StoredBytesTap _tap;

    private TappedBytes(RandomBytes inner, StoredBytesTap tap)
    {
        _inner = inner;
        _tap = tap;
        tap.Attach(inner.ReadAt);
    }

    public override long Length => _inner.Length;

    public static RandomBytes Wrap(RandomBytes bytes, StoredBytesTap? tap) => tap is null ? bytes : new TappedBytes(bytes, tap);

    protected override int ReadSome(long offset, Span<byte> buffer)
    {
        int read = _inner.ReadAt(offset, buffer);
        _tap.Observe(offset, buffer.Slice(0, read));
        return read;
    }

    public override void Dispose()
    {
        _inner.Dispose();
        base.Dispose();
    }
}

/// <summary>A stream that is read from where it stands to its end, with a tap.</summary>
internal sealed class TappedStream : ForwardStream
{
    private readonly Stream _inner;
    private readonly bool _leaveOpen;
    private readonly StoredBytesTap _tap;
    private long _position;

    private TappedStream(Stream inner, bool leaveOpen, StoredBytesTap tap)
    {
        _inner = inner;
        _leaveOpen = leaveOpen;
        _tap = tap;
        tap.Attach((_, buffer) => inner.Read(buffer));
    }

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public static Stream Wrap(Stream stream, bool leaveOpen, StoredBytesTap? tap) =>
        tap is null ? stream : new TappedStream(stream, leaveOpen, tap);

    public override int Read(byte[] buffer, int offset, int count)
    {
        PartToFill(buffer, offset, count);
        int read = _inner.Read(buffer, offset, count);
        Hear(buffer.AsSpan(offset, read));
        return read;
    }

#if !NETSTANDARD2_0
    public override int Read(Span<byte> buffer)
    {
        ThrowIfDisposed();
        int read = _inner.Read(buffer);
        Hear(buffer.Slice(0, read));
        return read;
    }
#endif

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Hear(ReadOnlySpan<byte> data)
    {
        _tap.Observe(_position, data);
        _position += data.Length;
    }
}
