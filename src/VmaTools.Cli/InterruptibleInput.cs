using System;
using System.Collections.Concurrent;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace VmaTools.Cli;

/// <summary>
/// Reads standard input on a thread of its own: a pipe that stands still cannot be told to give up, but whoever waits for it can.
/// </summary>
internal sealed class InterruptibleInput : Stream
{
    private const int BufferSize = 1 << 18;
    private const int BufferCount = 4;

    private readonly BlockingCollection<byte[]> _free = [];
    private readonly BlockingCollection<(byte[] Buffer, int Length)> _full = [];
    private readonly Stream _input;
    private readonly CancellationToken _cancellationToken;
    private ExceptionDispatchInfo? _failure;
    private byte[]? _current;
    private int _position;
    private int _length;

    public InterruptibleInput(Stream input, CancellationToken cancellationToken)
    {
        _input = input;
        _cancellationToken = cancellationToken;
        for (int i = 0; i < BufferCount; i++)
        {
            _free.Add(new byte[BufferSize], CancellationToken.None);
        }

        new Thread(Pump) { IsBackground = true, Name = "standard input" }.Start();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="OperationCanceledException">The user wants no more.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_position == _length)
        {
            if (_current is not null)
            {
                _free.Add(_current, CancellationToken.None);
                _current = null;
            }

            if (!_full.TryTake(out (byte[] Buffer, int Length) next, Timeout.Infinite, _cancellationToken))
            {
                _failure?.Throw();
                return 0;
            }

            (_current, _length) = next;
            _position = 0;
        }

        int read = Math.Min(buffer.Length, _length - _position);
        _current.AsSpan(_position, read).CopyTo(buffer);
        _position += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Pump()
    {
        try
        {
            while (true)
            {
                byte[] buffer = _free.Take();
                int read = _input.Read(buffer, 0, buffer.Length);
                if (read == 0)
                {
                    return;
                }

                _full.Add((buffer, read), CancellationToken.None);
            }
        }
        catch (IOException exception)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            _full.CompleteAdding();
        }
    }
}
