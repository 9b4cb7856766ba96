using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;
using VmaTools.Files;
#if !NETSTANDARD2_0
using Microsoft.Win32.SafeHandles;
#endif

namespace VmaTools.Sources;

/// <summary>Bytes that can be read at any offset. One thread at a time.</summary>
internal abstract class RandomBytes : IDisposable
{
    /// <summary>Number of bytes there are now.</summary>
    public abstract long Length { get; }

    /// <summary>True where each byte has a price, so that no more are read than are needed.</summary>
    public virtual bool IsFar => false;

    /// <summary>Reads up to <paramref name="buffer"/>'s length of bytes from <paramref name="offset"/> on; fewer only at the end.</summary>
    public int ReadAt(long offset, Span<byte> buffer)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read = ReadSome(offset + total, buffer.Slice(total));
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    /// <summary>True where reading is waiting for a stream that may read asynchronously, and nothing else, so that it can be awaited.</summary>
    public virtual bool CanAwait => false;

    /// <summary>The same as <see cref="ReadAt"/>, awaited.</summary>
    public async Task<int> ReadAtAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read = await ReadSomeAsync(offset + total, buffer.Slice(total), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    protected abstract int ReadSome(long offset, Span<byte> buffer);

    protected virtual Task<int> ReadSomeAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

    public virtual void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>A file, opened so that others may go on writing, renaming or deleting it.</summary>
internal sealed class FileBytes : RandomBytes
{
    private readonly string _path;
#if NETSTANDARD2_0
    private readonly FileStream _file;

    /// <param name="path">The file.</param>
    /// <param name="options">How it will be read.</param>
    /// <exception cref="VmaException">It is no file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public FileBytes(string path, FileOptions options = FileOptions.None)
    {
        SourceFile.Check(path);
        _path = path;
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, options);
    }

    public override long Length => _file.Length;

    private int Read(long offset, Span<byte> buffer)
    {
        _file.Position = offset;
        return StreamSpans.Read(_file, buffer);
    }

    public override void Dispose()
    {
        _file.Dispose();
        base.Dispose();
    }
#else
    private readonly SafeFileHandle _file;

    /// <param name="path">The file.</param>
    /// <param name="options">How it will be read.</param>
    /// <exception cref="VmaException">It is no file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public FileBytes(string path, FileOptions options = FileOptions.None)
    {
        SourceFile.Check(path);
        _path = path;
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, options);
    }

    public override long Length => RandomAccess.GetLength(_file);

    private int Read(long offset, Span<byte> buffer) => RandomAccess.Read(_file, buffer, offset);

    public override void Dispose()
    {
        _file.Dispose();
        base.Dispose();
    }
#endif

    /// <summary>Opens a file that was looked at before.</summary>
    /// <exception cref="VmaException">It cannot be opened any more.</exception>
    public static FileBytes Reopen(string path, FileOptions options = FileOptions.None)
    {
        try
        {
            return new FileBytes(path, options);
        }
        catch (Exception exception) when (SourceErrors.IsOne(exception))
        {
            throw SourceErrors.Of(exception, path);
        }
    }

    protected override int ReadSome(long offset, Span<byte> buffer)
    {
        try
        {
            return Read(offset, buffer);
        }
        catch (Exception exception) when (SourceErrors.IsOne(exception))
        {
            throw SourceErrors.Of(exception, _path, offset);
        }
    }
}

/// <summary>A seekable stream that somebody else owns, from a given origin on. Readers of one stream take turns.</summary>
internal sealed class StreamBytes : RandomBytes
{
    private readonly Stream _stream;
    private readonly long _origin;
    private readonly SemaphoreSlim _turn;

    /// <param name="stream">The stream.</param>
    /// <param name="origin">Where in it the bytes begin.</param>
    /// <param name="turn">What all readers of the stream wait for; null where there is only this one.</param>
    public StreamBytes(Stream stream, long origin, SemaphoreSlim? turn = null)
    {
        _stream = SourceStream.Of(stream, leaveOpen: true);
        _origin = origin;
        _turn = turn ?? new SemaphoreSlim(1);
    }

    public override long Length
    {
        get
        {
            _turn.Wait();
            try
            {
                return _stream.Length - _origin;
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    public override bool CanAwait => true;

    protected override int ReadSome(long offset, Span<byte> buffer)
    {
        _turn.Wait();
        try
        {
            _stream.Position = _origin + offset;
#if NETSTANDARD2_0
            return StreamSpans.Read(_stream, buffer);
#else
            return _stream.Read(buffer);
#endif
        }
        finally
        {
            _turn.Release();
        }
    }

    protected override async Task<int> ReadSomeAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _stream.Position = _origin + offset;
#if NETSTANDARD2_0
            return await StreamSpans.ReadAsync(_stream, buffer, cancellationToken).ConfigureAwait(false);
#else
            return await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
#endif
        }
        finally
        {
            _turn.Release();
        }
    }
}
