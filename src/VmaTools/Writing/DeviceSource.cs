using System;
using System.IO;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Disks;
using VmaTools.Images.Reading;

namespace VmaTools.Writing;

/// <summary>The bytes that become a device: read in order, once.</summary>
internal abstract class DeviceSource : IDisposable
{
    /// <summary>Where they come from, for messages; null for a stream.</summary>
    public virtual string? Path => null;

    /// <summary>Number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Finds out how many bytes there are, where only looking at them tells: until then <see cref="Length"/> is an estimate.</summary>
    public virtual void Measure(CancellationToken cancellationToken)
    {
    }

    /// <summary>Gets ready to read.</summary>
    public virtual void Open(CancellationToken cancellationToken)
    {
    }

    /// <summary>The stretch of one kind from <paramref name="offset"/> on; it is longer than 0.</summary>
    public abstract KnownRange FindRange(long offset);

    /// <summary>Fills the buffer, which ends within the bytes there are.</summary>
    public abstract void Read(long offset, Span<byte> buffer);

    /// <summary>The error for bytes that are not what they were when they were first looked at, or null.</summary>
    public virtual VmaException? FindChange() => null;

    /// <summary>Lets go of what was opened.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>The error for bytes that end before their length says.</summary>
    protected VmaException EndsEarly(long offset) => new(
        VmaCodes.SourceChanged, $"The source ends at {offset}; it had {Length} bytes when it was first looked at.", Path);
}

/// <summary>A disk image, or a raw disk in a file or block device. It is open only while it is read; its holes are not read.</summary>
internal sealed class ImageDeviceSource : DeviceSource
{
    private OpenedImage? _opened;

    public ImageDeviceSource(VmaImage image) => Image = image;

    /// <summary>The image.</summary>
    public VmaImage Image { get; }

    public override string? Path => Image.ImagePath;

    public override long Length => Image.Size;

    public override void Open(CancellationToken cancellationToken) => _opened = Image.OpenDisk();

    public override KnownRange FindRange(long offset)
    {
        KnownRange range = _opened!.Disk.FindRange(offset, Length - offset);

        // Where the file is shorter than it was, reading tells.
        return range.Length > 0 ? range : new KnownRange(Length - offset, KnownRangeKind.Data);
    }

    public override void Read(long offset, Span<byte> buffer) => _opened!.Disk.Read(offset, buffer);

    public override VmaException? FindChange() => Image.FindChange();

    public override void Dispose()
    {
        _opened?.Dispose();
        _opened = null;
        base.Dispose();
    }
}

/// <summary>A stream, opened when its turn comes. One that cannot seek is read from where it stands.</summary>
internal class StreamDeviceSource : DeviceSource
{
    private readonly Func<CancellationToken, Stream> _open;
    private readonly bool _leaveOpen;
    private Stream? _stream;
    private long _start;
    private long _position;
    private long _length;

    /// <param name="open">Gives the stream.</param>
    /// <param name="length">Bytes to read of it.</param>
    /// <param name="leaveOpen">Whether it stays open.</param>
    public StreamDeviceSource(Func<CancellationToken, Stream> open, long length, bool leaveOpen)
    {
        _open = open;
        _leaveOpen = leaveOpen;
        _length = length;
    }

    public override long Length => _length;

    public override void Open(CancellationToken cancellationToken)
    {
        try
        {
            _stream = _open(cancellationToken);
            _start = _stream.CanSeek ? _stream.Position : 0;
            _position = 0;
        }
        catch (Exception exception) when (SourceErrors.IsOne(exception))
        {
            throw SourceErrors.Of(exception, Path);
        }
    }

    /// <summary>Takes the stream's own length.</summary>
    protected void MeasureStream(CancellationToken cancellationToken)
    {
        Open(cancellationToken);
        _length = _stream!.Length - _start;
        Dispose();
    }

    public override KnownRange FindRange(long offset)
    {
        long limit = Length - offset;
        KnownRange range = _stream is IKnownRanges known ? known.FindRange(_start + offset, limit) : new KnownRange(limit, KnownRangeKind.Data);

        // Where it is lost, and where the stream is shorter than it was to be, reading tells why.
        return range.Length > 0 ? range : new KnownRange(limit, KnownRangeKind.Data);
    }

    public override void Read(long offset, Span<byte> buffer)
    {
        if (!_stream!.CanSeek && offset != _position)
        {
            throw new InvalidOperationException("A stream that cannot seek was not read in order.");
        }

        try
        {
            if (_stream.CanSeek)
            {
                _stream.Position = _start + offset;
            }

            while (!buffer.IsEmpty)
            {
                int read = _stream.Read(buffer);
                if (read == 0)
                {
                    throw EndsEarly(offset);
                }

                buffer = buffer.Slice(read);
                offset += read;
            }
        }
        catch (Exception exception) when (SourceErrors.IsOne(exception))
        {
            throw SourceErrors.Of(exception, Path, offset);
        }

        _position = offset;
    }

    public override void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream?.Dispose();
        }

        _stream = null;
        base.Dispose();
    }
}

/// <summary>A device of an archive, or a range of one.</summary>
internal sealed class ArchiveDeviceSource : StreamDeviceSource
{
    private readonly VmaArchive _archive;
    private readonly bool _isEstimate;

    /// <param name="archive">The archive.</param>
    /// <param name="open">Gives the stream; it may have to build an index first.</param>
    /// <param name="length">Bytes to read of it.</param>
    /// <param name="isEstimate">Whether there may be more, as of a guest's memory: the stream tells.</param>
    public ArchiveDeviceSource(VmaArchive archive, Func<CancellationToken, Stream> open, long length, bool isEstimate = false)
        : base(open, length, leaveOpen: false)
    {
        _archive = archive;
        _isEstimate = isEstimate;
    }

    public override string? Path => _archive.ArchivePath;

    public override VmaException? FindChange() => _archive.Source.FindChange();

    public override void Measure(CancellationToken cancellationToken)
    {
        if (_isEstimate)
        {
            MeasureStream(cancellationToken);
        }
    }
}
