using System;

namespace VmaTools.Bytes;

/// <summary>A stream that is read by giving the bytes at an offset.</summary>
internal abstract class SeekableStream : ReadOnlyStream
{
    public override int Read(byte[] buffer, int offset, int count) => Read(PartToFill(buffer, offset, count));

#if NETSTANDARD2_0
    public int Read(Span<byte> buffer)
#else
    public override int Read(Span<byte> buffer)
#endif
    {
        ThrowIfDisposed();
        int wanted = (int)Math.Min(buffer.Length, Math.Max(0, Length - Place));
        if (wanted == 0)
        {
            return 0;
        }

        int read = ReadAt(Place, buffer.Slice(0, wanted));
        Place += read;
        return read;
    }

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    /// <summary>Reads at least one byte from <paramref name="position"/> on; the buffer ends within the stream and is not empty.</summary>
    protected abstract int ReadAt(long position, Span<byte> buffer);
}
