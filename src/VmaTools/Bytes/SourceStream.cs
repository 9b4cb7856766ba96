using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Bytes;

/// <summary>A file or somebody's stream that is read: whatever goes wrong with it is an error about the source from here on.</summary>
internal sealed class SourceStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly string? _path;
    private readonly bool _leaveOpen;

    private SourceStream(Stream inner, string? path, bool leaveOpen)
    {
        _inner = inner;
        _path = path;
        _leaveOpen = leaveOpen;
    }

    public override bool CanRead => !IsDisposed && _inner.CanRead;

    public override bool CanSeek => !IsDisposed && _inner.CanSeek;

    /// <summary>True for a file, which is not kept waiting for bytes as a pipe may be.</summary>
    public bool IsFile => _inner is FileStream { CanSeek: true };

    public override long Length => Guard(static s => s.Length);

    public override long Position
    {
        get => Guard(static s => s.Position);
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <summary>Opens a file that was looked at before, so that others may go on writing, renaming or deleting it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="position">Where reading begins.</param>
    /// <param name="options">How it will be read.</param>
    /// <exception cref="VmaException">It cannot be opened any more.</exception>
    public static SourceStream Open(string path, long position = 0, FileOptions options = FileOptions.None)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, options);
            if (position != 0)
            {
                file.Position = position;
            }

            return new SourceStream(file, path, leaveOpen: false);
        }
        catch (Exception exception) when (SourceErrors.IsOne(exception))
        {
            file?.Dispose();
            throw SourceErrors.Of(exception, path);
        }
    }

    /// <summary>A stream that somebody gave.</summary>
    public static SourceStream Of(Stream stream, bool leaveOpen) => stream as SourceStream ?? new SourceStream(stream, null, leaveOpen);

    public override int Read(byte[] buffer, int offset, int count)
    {
        PartToFill(buffer, offset, count);
        try
        {
            return _inner.Read(buffer, offset, count);
        }
        catch (Exception exception) when (SourceErrors.IsOne(exception))
        {
            throw Failed(exception);
        }
    }

#if !NETSTANDARD2_0
    public override int Read(Span<byte> buffer)
    {
        ThrowIfDisposed();
        try
        {
            return _inner.Read(buffer);
        }
        catch (Exception exception) when (SourceErrors.IsOne(exception))
        {
            throw Failed(exception);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        try
        {
            return await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (SourceErrors.IsOne(exception))
        {
            throw Failed(exception);
        }
    }
#endif

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        PartToFill(buffer, offset, count);
        try
        {
#pragma warning disable CA1835 // a stream may have only one of the two
            return await _inner.ReadAsync(buffer, offset, count, cancellationToken).ConfigureAwait(false);
#pragma warning restore CA1835
        }
        catch (Exception exception) when (SourceErrors.IsOne(exception))
        {
            throw Failed(exception);
        }
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        Place = origin == SeekOrigin.Current ? Position : 0;
        long position = base.Seek(offset, origin);
        try
        {
            return _inner.Position = position;
        }
        catch (Exception exception) when (SourceErrors.IsOne(exception))
        {
            throw SourceErrors.Of(exception, _path, position);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private T Guard<T>(Func<Stream, T> ask)
    {
        ThrowIfDisposed();
        try
        {
            return ask(_inner);
        }
        catch (Exception exception) when (SourceErrors.IsOne(exception))
        {
            throw SourceErrors.Of(exception, _path);
        }
    }

    private VmaException Failed(Exception exception)
    {
        long? position = null;
        try
        {
            position = _inner.CanSeek ? _inner.Position : null;
        }
        catch (Exception again) when (SourceErrors.IsOne(again))
        {
            // Where it stands is told where the stream tells it.
        }

        return SourceErrors.Of(exception, _path, position);
    }
}
