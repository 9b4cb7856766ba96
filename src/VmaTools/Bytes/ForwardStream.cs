using System;
using System.IO;

namespace VmaTools.Bytes;

/// <summary>A stream that is read from front to back.</summary>
internal abstract class ForwardStream : ReadOnlyStream
{
    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
}
