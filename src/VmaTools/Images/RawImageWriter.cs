using System;
using System.IO;

namespace VmaTools.Images;

/// <summary>Writes the bytes of a disk as they are.</summary>
internal sealed class RawImageWriter : ImageWriter
{
    private static readonly byte[] ZeroBytes = new byte[1 << 20];

    private readonly bool _writesZeros;
    private readonly bool _setsLength;
    private long _end;

    private RawImageWriter(Stream target, long diskSize, long maxSize, bool writesZeros, bool setsLength)
        : base(target, maxSize, maxSize)
    {
        _end = diskSize;
        _writesZeros = writesZeros;
        _setsLength = setsLength;
    }

    /// <summary>A writer for a fresh file, in which what is never written is zero: a hole where the file system has them.</summary>
    /// <param name="target">A fresh, empty stream.</param>
    /// <param name="diskSize">Bytes of the disk.</param>
    /// <param name="maxSize">As many bytes as may come: more than <paramref name="diskSize"/> where that is an estimate.</param>
    public static RawImageWriter ForFreshFile(Stream target, long diskSize, long maxSize) =>
        new(target, diskSize, maxSize, writesZeros: false, setsLength: true);

    /// <summary>A writer over something that exists, a file or a block device, and keeps its length.</summary>
    /// <param name="target">The existing file or device.</param>
    /// <param name="diskSize">Bytes of the disk.</param>
    /// <param name="writesZeros">Whether zeros are written, or what the target holds there is left.</param>
    public static RawImageWriter OverExisting(Stream target, long diskSize, bool writesZeros) =>
        new(target, diskSize, diskSize, writesZeros, setsLength: false);

    /// <inheritdoc/>
    /// <remarks>A vmstate may have any number of bytes.</remarks>
    protected override int Alignment => 1;

    protected override void WriteCore(long offset, ReadOnlySpan<byte> data)
    {
        WriteAt(offset, data);
        _end = Math.Max(_end, offset + data.Length);
    }

    protected override void WriteZerosCore(long offset, long length)
    {
        if (!_writesZeros)
        {
            _end = Math.Max(_end, offset + length);
            return;
        }

        while (length > 0)
        {
            int part = (int)Math.Min(length, ZeroBytes.Length);
            WriteAt(offset, ZeroBytes.AsSpan(0, part));
            offset += part;
            length -= part;
        }
    }

    protected override void CompleteCore()
    {
        if (_setsLength)
        {
            Target.SetLength(_end);
        }
    }
}
