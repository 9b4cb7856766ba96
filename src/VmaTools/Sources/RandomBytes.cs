using System;
using System.IO;
using VmaTools.Bytes;
#if !NETSTANDARD2_0
using Microsoft.Win32.SafeHandles;
#endif

namespace VmaTools.Sources;

/// <summary>Bytes that can be read at any offset. One thread at a time.</summary>
internal abstract class RandomBytes : IDisposable
{
    /// <summary>Number of bytes there are now.</summary>
    public abstract long Length { get; }

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

    protected abstract int ReadSome(long offset, Span<byte> buffer);

    public virtual void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>A file, opened so that others may go on writing, renaming or deleting it.</summary>
internal sealed class FileBytes : RandomBytes
{
#if NETSTANDARD2_0
    private readonly FileStream _file;

    /// <param name="path">The file.</param>
    /// <param name="options">How it will be read.</param>
    public FileBytes(string path, FileOptions options = FileOptions.None) =>
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, options);

    public override long Length => _file.Length;

    protected override int ReadSome(long offset, Span<byte> buffer)
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
    public FileBytes(string path, FileOptions options = FileOptions.None) =>
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, options);

    public override long Length => RandomAccess.GetLength(_file);

    protected override int ReadSome(long offset, Span<byte> buffer) => RandomAccess.Read(_file, buffer, offset);

    public override void Dispose()
    {
        _file.Dispose();
        base.Dispose();
    }
#endif
}

/// <summary>A seekable stream that somebody else owns, from a given origin on. Readers of one stream take turns.</summary>
internal sealed class StreamBytes : RandomBytes
{
    private readonly Stream _stream;
    private readonly long _origin;

    public StreamBytes(Stream stream, long origin)
    {
        _stream = stream;
        _origin = origin;
    }

    public override long Length
    {
        get
        {
            lock (_stream)
            {
                return _stream.Length - _origin;
            }
        }
    }

    protected override int ReadSome(long offset, Span<byte> buffer)
    {
        lock (_stream)
        {
            _stream.Position = _origin + offset;
#if NETSTANDARD2_0
            return StreamSpans.Read(_stream, buffer);
#else
            return _stream.Read(buffer);
#endif
        }
    }
}
