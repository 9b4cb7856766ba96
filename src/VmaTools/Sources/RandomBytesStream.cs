using System;
using VmaTools.Bytes;

namespace VmaTools.Sources;

/// <summary>Bytes that can be read at any offset, as a stream. Closing it closes them.</summary>
internal sealed class RandomBytesStream : SeekableStream
{
    private readonly RandomBytes _bytes;

    public RandomBytesStream(RandomBytes bytes) => _bytes = bytes;

    public override long Length => _bytes.Length;

    protected override int ReadAt(long position, Span<byte> buffer) => _bytes.ReadAt(position, buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsDisposed)
        {
            _bytes.Dispose();
        }

        base.Dispose(disposing);
    }
}
