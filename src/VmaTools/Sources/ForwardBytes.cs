using System;
using System.IO;
using VmaTools.Compression;
#if NETSTANDARD2_0
using VmaTools.Bytes;
#endif

namespace VmaTools.Sources;

/// <summary>The bytes of an archive in order, decompressed where they are compressed.</summary>
internal abstract class ForwardBytes : IDisposable
{
    /// <summary>Byte offset within the archive of what is read next.</summary>
    public abstract long Position { get; }

    /// <summary>Length of the archive where it is known without reading: null for compressed and for piped ones.</summary>
    public abstract long? Length { get; }

    /// <summary>How far into the stored (perhaps compressed) bytes reading has come, for progress.</summary>
    public abstract long StoredPosition { get; }

    /// <summary>Bytes before this offset are covered by a checksum that matched, as far as there are any.</summary>
    public virtual long VerifiedPosition => Position;

    /// <summary>True where no checksum of a compressor guards the bytes, or not all of them.</summary>
    public virtual bool HasUncheckedContent => true;

    /// <summary>True where a thread of their own decodes the bytes ahead of whoever reads them.</summary>
    public virtual bool IsAhead => false;

    /// <summary>True where <see cref="Seek"/> works.</summary>
    public virtual bool CanSeek => false;

    /// <summary>
    /// Reads up to <paramref name="buffer"/>'s length of bytes; fewer only at the end or before damage to the compressed
    /// bytes, which the next read then throws.
    /// </summary>
    /// <exception cref="VmaCompressionException">The compressed bytes are damaged, and all that decoded was delivered.</exception>
    public int Read(Span<byte> buffer)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read;
            try
            {
                read = ReadSome(buffer.Slice(total));
            }
            catch (VmaCompressionException) when (total > 0)
            {
                // Decoders throw the same error again.
                break;
            }

            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    /// <summary>Goes on reading at another offset.</summary>
    public virtual void Seek(long offset) => throw new NotSupportedException();

    protected abstract int ReadSome(Span<byte> buffer);

    public virtual void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>An uncompressed archive that can be read at any offset.</summary>
internal sealed class PlainForwardBytes : ForwardBytes
{
    private readonly RandomBytes _bytes;
    private long _position;

    public PlainForwardBytes(RandomBytes bytes)
    {
        _bytes = bytes;
        Length = bytes.Length;
    }

    public override long Position => _position;

    public override long? Length { get; }

    public override long StoredPosition => _position;

    public override bool CanSeek => true;

    public override void Seek(long offset) => _position = offset;

    protected override int ReadSome(Span<byte> buffer)
    {
        int read = _bytes.ReadAt(_position, buffer);
        _position += read;
        return read;
    }

    public override void Dispose()
    {
        _bytes.Dispose();
        base.Dispose();
    }
}

/// <summary>An uncompressed archive from a pipe or another stream that only goes forward.</summary>
internal sealed class PipedForwardBytes : ForwardBytes
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private long _position;

    public PipedForwardBytes(Stream stream, bool leaveOpen)
    {
        _stream = stream;
        _leaveOpen = leaveOpen;
    }

    public override long Position => _position;

    public override long? Length => null;

    public override long StoredPosition => _position;

    protected override int ReadSome(Span<byte> buffer)
    {
        int read = _stream.Read(buffer);
        _position += read;
        return read;
    }

    public override void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }

        base.Dispose();
    }
}

/// <summary>A compressed archive.</summary>
internal sealed class DecodedForwardBytes : ForwardBytes
{
    private readonly DecodingStream _stream;

    public DecodedForwardBytes(DecodingStream stream) => _stream = stream;

    /// <summary>The block that reading failed at, where the format has blocks that can be read one by one; else null.</summary>
    public FailedBlock? FailedBlock => _stream.FailedBlock;

    public override long Position => _stream.DecodedPosition;

    public override long? Length => null;

    public override long StoredPosition => _stream.CompressedPosition;

    public override long VerifiedPosition => _stream.VerifiedPosition;

    public override bool HasUncheckedContent => _stream.HasUncheckedContent;

    public override bool IsAhead => _stream.IsAhead;

    protected override int ReadSome(Span<byte> buffer) => _stream.Read(buffer);

    public override void Dispose()
    {
        _stream.Dispose();
        base.Dispose();
    }
}
