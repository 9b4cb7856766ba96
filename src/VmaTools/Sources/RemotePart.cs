using System;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Sources;

/// <summary>Bytes of a file on a server in order, from one offset to another, asked for again where they break off.</summary>
internal sealed class RemotePart : IDisposable
{
    /// <summary>So many bytes make up for what failed before: a server that sends a byte at a time gets no further attempts for it.</summary>
    private const int Progress = 64 << 10;

    private readonly RemoteFile _file;
    private long _end;
    private RemoteAnswer? _answer;
    private int _failures;
    private int _gained;
    private TimeSpan _waited;
    private long _brought;

    /// <param name="file">The file.</param>
    /// <param name="from">The first byte.</param>
    /// <param name="to">The byte behind the last.</param>
    public RemotePart(RemoteFile file, long from, long to)
    {
        _file = file;
        Position = from;
        _end = to;
    }

    /// <summary>Offset of the byte that is read next.</summary>
    public long Position { get; private set; }

    /// <summary>Asks for the bytes without reading any.</summary>
    public async Task Begin(CancellationToken cancellationToken = default)
    {
        while (_answer is null)
        {
            try
            {
                _answer = await _file.Ask(Position, _end, cancellationToken).ConfigureAwait(false);

                // A server that sends no parts sends all, and one may have less than was asked for.
                _end = !_file.HasRanges ? _answer.End : Math.Min(_end, _file.Length ?? _end);
            }
            catch (RemoteTransientException exception)
            {
                await _file.WaitAfter(++_failures, exception, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads at least one byte, except at the end.</summary>
    /// <exception cref="VmaException">They cannot be had.</exception>
    public async Task<int> Read(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        while (Position < _end && count > 0)
        {
            RemoteTransientException failure;
            try
            {
                await Begin(cancellationToken).ConfigureAwait(false);
                TimeSpan begun = _file.Settings.Now();
                int read = Position >= _end ? 0 : await _answer!.Read(buffer, offset, (int)Math.Min(count, _answer.End - Position), cancellationToken).ConfigureAwait(false);
                if (read > 0)
                {
                    await Advance(read, cancellationToken).ConfigureAwait(false);
                    if (IsNextToNothing(read, _file.Settings.Now() - begun))
                    {
                        Close();
                        await _file.WaitAfter(++_failures, new RemoteTransientException(new TimeoutException()), cancellationToken).ConfigureAwait(false);
                    }

                    return read;
                }

                if (_end == long.MaxValue)
                {
                    // Where no length was told, this is all there is.
                    _end = Position;
                }

                if (Position >= _end)
                {
                    return 0;
                }

                failure = new RemoteTransientException(new System.IO.IOException());
            }
            catch (RemoteTransientException exception)
            {
                failure = exception;
            }

            Close();
            await _file.WaitAfter(++_failures, failure, cancellationToken).ConfigureAwait(false);
        }

        return 0;
    }

    public void Dispose() => Close();

    /// <summary>Whether what came while it was waited for is no more than silence: a byte now and then would keep somebody for ever.</summary>
    private bool IsNextToNothing(int read, TimeSpan time)
    {
        _waited += time;
        _brought += read;
        if (_waited < _file.Settings.Patience)
        {
            return false;
        }

        bool isNothing = _brought < _file.Settings.LeastBytes && Position < _end;
        _waited = TimeSpan.Zero;
        _brought = 0;
        return isNothing;
    }

    private async Task Advance(int read, CancellationToken cancellationToken)
    {
        Position += read;
        _gained = Math.Min(_gained + read, Progress);
        if (_gained == Progress)
        {
            _failures = _gained = 0;
        }

        if (Position == _answer!.End)
        {
            if (!await _answer.IsAtEnd(cancellationToken).ConfigureAwait(false))
            {
                throw _file.Errors.Invalid("it sends more bytes than it says");
            }

            Close();
        }
    }

    private void Close()
    {
        _answer?.Dispose();
        _answer = null;
    }
}
