using System;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.GuestFiles;

/// <summary>A file's content whose errors say which file it is.</summary>
internal sealed class GuestContentStream : SeekableStream
{
    private readonly Stream _inner;
    private readonly Func<VmaException, VmaException> _name;

    /// <param name="inner">The content; closed with this.</param>
    /// <param name="name">Gives an error its place.</param>
    public GuestContentStream(Stream inner, Func<VmaException, VmaException> name)
    {
        _inner = inner;
        _name = name;
        Length = inner.Length;
    }

    public override long Length { get; }

    protected override int ReadAt(long position, Span<byte> buffer)
    {
        try
        {
            _inner.Position = position;
            return _inner.Read(buffer);
        }
        catch (VmaException exception)
        {
            throw _name(exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
