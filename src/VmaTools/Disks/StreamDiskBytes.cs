using System;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.Disks;

/// <summary>A seekable stream as a disk. Readers take turns; whoever else moves the stream's position is not waited for.</summary>
internal sealed class StreamDiskBytes : DiskBytes
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;

    /// <param name="stream">The disk: readable and seekable.</param>
    /// <param name="sectorSize">Bytes in a logical sector.</param>
    /// <param name="leaveOpen">Whether the stream stays open when this is disposed.</param>
    public StreamDiskBytes(Stream stream, int sectorSize = 512, bool leaveOpen = false)
    {
        _stream = stream;
        _leaveOpen = leaveOpen;
        SectorSize = sectorSize;
        Length = stream.Length;
    }

    public override long Length { get; }

    public override int SectorSize { get; }

    public override void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }

        base.Dispose();
    }

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        lock (_stream)
        {
            try
            {
                _stream.Position = offset;
                while (!buffer.IsEmpty)
                {
                    int read = _stream.Read(buffer);
                    if (read == 0)
                    {
                        throw new VmaFileSystemException(
                            VmaCodes.VolumeOutOfRange, "The disk ends before its length says.", volumeOffset: _stream.Position);
                    }

                    buffer = buffer.Slice(read);
                }
            }
            catch (Exception exception) when (SourceErrors.IsOne(exception))
            {
                throw SourceErrors.Of(exception, null, offset);
            }
        }
    }

    protected override KnownRange FindRangeCore(long offset, long length)
    {
        if (_stream is not IKnownRanges ranges)
        {
            return new KnownRange(length, KnownRangeKind.Data);
        }

        lock (_stream)
        {
            KnownRange range = ranges.FindRange(offset, length);
            return range.Length > 0 ? range : new KnownRange(length, KnownRangeKind.Lost);
        }
    }
}
