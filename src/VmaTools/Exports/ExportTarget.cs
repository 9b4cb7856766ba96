using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Format;
using VmaTools.Images;

namespace VmaTools.Exports;

/// <summary>A range of a device.</summary>
/// <param name="Offset">First byte on the device.</param>
/// <param name="Size">Number of bytes.</param>
internal sealed record DiskRange(long Offset, long Size);

/// <summary>Where one device, or a range of it, goes in an export.</summary>
internal abstract class ExportTarget : IDisposable
{
    private ImageWriter? _writer;
    private bool _cameOutOfOrder;
    private long _end;

    private readonly DiskRange? _range;

    protected ExportTarget(VmaDevice device, string path, DiskRange? range)
    {
        Device = device;
        Path = path;
        _range = range;
    }

    public VmaDevice Device { get; }

    /// <summary>Where on the device the target begins.</summary>
    public long Start => _range?.Offset ?? 0;

    /// <summary>Bytes that the target gets.</summary>
    public long Size => _range?.Size ?? Device.Size;

    /// <summary>True where the target gets a range of the device, not all of it.</summary>
    public bool IsRange => _range is not null;

    /// <summary>The devices that must have come whole before there is an output.</summary>
    public virtual IReadOnlyList<VmaDevice> Needed => [Device];

    /// <summary>False where the pass brings nothing for it: its content is read when the pass is over.</summary>
    public virtual bool IsFedByPass => true;

    public string Path { get; }

    public IReadOnlyList<string> Notes => _writer?.Notes ?? [];

    /// <summary>The part of a range of the device that the target gets.</summary>
    /// <returns>False where there is none.</returns>
    public bool Clip(long offset, long length, out long first, out long count)
    {
        first = offset;
        count = length;
        if (_range is { } range)
        {
            first = Math.Max(offset, range.Offset);
            count = Math.Min(offset + length, range.Offset + range.Size) - first;
        }

        return count > 0;
    }

    /// <summary>Why the target gets nothing any more, or null. One target's trouble is no other's.</summary>
    public VmaException? Failure { get; private set; }

    /// <summary>Why what is to be written cannot be read, or null.</summary>
    public VmaException? Unreadable { get; private set; }

    public void Open(CancellationToken cancellationToken) => Attempt(() => _writer = OpenCore(cancellationToken));

    public virtual void Write(long offset, ReadOnlySpan<byte> data)
    {
        if (Failure is not null || !TakesUpTo(offset + data.Length))
        {
            return;
        }

        if (_writer!.NeedsAscendingOrder && offset < _end)
        {
            _cameOutOfOrder = true;
        }

        if (_cameOutOfOrder)
        {
            return;
        }

        _end = offset + data.Length;
        try
        {
            _writer.Write(offset, data);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            Fail(exception);
        }
    }

    public void WriteZeros(long offset, long length) => Attempt(() =>
    {
        // A writer that wants order takes what it is not told of for zeros.
        if (TakesUpTo(offset + length) && !_writer!.NeedsAscendingOrder)
        {
            _writer.WriteZeros(offset, length);
        }
    });

    /// <summary>As many bytes as the target can get: the size of a vmstate is an estimate.</summary>
    protected virtual long MaxSize => long.MaxValue;

    /// <summary>Makes the output whole and gives it its name; or <see cref="Failure"/> or <see cref="Unreadable"/> say why it has none.</summary>
    public void Publish(CancellationToken cancellationToken)
    {
        Attempt(() =>
        {
            if (_cameOutOfOrder)
            {
                BeginAnew();
            }

            if (_cameOutOfOrder || !IsFedByPass)
            {
                WriteInOrder(cancellationToken);
            }

            if (Unreadable is null)
            {
                _writer!.Complete();
                PublishCore();
            }
        });
    }

    public virtual void Dispose()
    {
        _writer?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>For a writer that cannot go back, where the archive's clusters do not come in order.</summary>
    private void BeginAnew()
    {
        if (!Device.Archive.Source.CanReadAnywhere)
        {
            throw new VmaException(
                VmaCodes.ImageNeedsOrder,
                "This kind of image is written in the order of the disk, and the archive's clusters come in another; "
                    + "a compressed archive or a pipe cannot be read in the order wanted. Choose another format or subformat, or decompress the archive first.",
                Path,
                null,
                Device.Name);
        }

        _writer!.Dispose();
        _writer = ReopenCore();
    }

    /// <summary>Takes the data in the order of the device.</summary>
    private void WriteInOrder(CancellationToken cancellationToken)
    {
        Stream stream;
        try
        {
            stream = OpenContent(cancellationToken);
        }
        catch (VmaException exception)
        {
            Unreadable = exception;
            return;
        }

        using (stream)
        {
            WriteInOrder(stream, cancellationToken);
        }
    }

    private void WriteInOrder(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 20];
        for (long offset = 0; offset < Size;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length;
            try
            {
                stream.Position = Start + offset;
                length = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, Size - offset));
            }
            catch (VmaException exception)
            {
                Unreadable = exception;
                return;
            }

            if (length == 0)
            {
                Unreadable = new VmaException(
                    VmaCodes.SourceChanged, "What is to be written is shorter than when it was first looked at.", Device.ArchivePath, null, Device.Name);
                return;
            }

            for (int at = 0; at < length; at += Layout.ClusterSize)
            {
                ReadOnlySpan<byte> cluster = buffer.AsSpan(at, Math.Min(Layout.ClusterSize, length - at));
                if (!Zeros.AreAll(cluster))
                {
                    _writer!.Write(offset + at, cluster);
                }
            }

            offset += length;
        }
    }

    /// <summary>What is written where the pass does not bring it in order.</summary>
    protected virtual Stream OpenContent(CancellationToken cancellationToken) => Device.OpenRead(null, cancellationToken);

    protected abstract ImageWriter OpenCore(CancellationToken cancellationToken);

    /// <summary>Begins the output anew.</summary>
    protected virtual ImageWriter ReopenCore() => throw new NotSupportedException();

    protected abstract void PublishCore();

    /// <summary>Does something with the target unless it failed before; what fails is kept, and what was written is gone.</summary>
    private void Attempt(Action action)
    {
        if (Failure is not null)
        {
            return;
        }

        try
        {
            action();
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            Fail(exception);
        }
    }

    private bool TakesUpTo(long end)
    {
        if (end > MaxSize)
        {
            Fail(new VmaException(
                VmaCodes.TargetTooSmall, $"The device turned out to be longer than its size of {Size} bytes, which is what the target was found to hold.", Path, null, Device.Name));
        }

        return end <= MaxSize;
    }

    /// <summary>Whether an exception concerns this target only: what the system says of it, or what its kind of image cannot hold.</summary>
    private static bool IsFailure(Exception exception) => exception is VmaException || TargetErrors.IsOne(exception);

    private void Fail(Exception exception)
    {
        Failure = exception switch
        {
            VmaException { Path: null, Device: null } known => new VmaException(known.Code, known.Sentence, Path, known.Offset, Device.Name, known),
            VmaException known => known,
            _ => TargetErrors.Of(exception, Path, Size, Device.Name),
        };

        // Others may need the room.
        Dispose();
    }
}

/// <summary>A new file.</summary>
internal class FileTarget : ExportTarget
{
    private readonly VmaExportOptions _options;
    private readonly string? _temporaryPath;
    private readonly TargetGuard _guard;
    private PendingFile? _file;

    public FileTarget(VmaDevice device, string path, string? temporaryPath, VmaExportOptions options, DiskRange? range = null)
        : base(device, path, range)
    {
        _temporaryPath = temporaryPath;
        _options = options;
        Format = device.IsVmstate ? ImageFormat.Raw : options.Format;
        ImageFormats.Check(Format, ImageOptions(), Size);
        TargetCheck.MustBeFree(path, options.Force, device.Name);
        _guard = ArchiveGuard.For(device.ArchivePath);
        try
        {
            _guard.Check(path);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, path, null, device.Name);
        }
    }

    public ImageFormat Format { get; }

    /// <summary>Whether zeros take room: always, never, or (null) where the file system has no holes.</summary>
    public bool? TakesNominalSize => Format == ImageFormat.Raw ? null : _options.IsFixed;

    /// <summary>What the image would note of itself, as far as its size and the first bytes of the disk tell. Nothing is written.</summary>
    public IReadOnlyList<string> Foresee(CancellationToken cancellationToken)
    {
        if (Format == ImageFormat.Raw)
        {
            return [];
        }

        using NowhereStream nowhere = new();
        using ImageWriter writer = ImageFormats.Create(Format, ImageOptions(), nowhere, Size);
        if (Device.Archive.Source.CanReadAnywhere && !Device.Archive.MustBuildIndex())
        {
            using Stream content = OpenContent(cancellationToken);
            content.Position = Start;
            byte[] start = new byte[(int)Math.Min(Size, Layout.ClusterSize)];
            int length = 0;
            while (length < start.Length && content.Read(start, length, start.Length - length) is > 0 and int read)
            {
                length += read;
            }

            writer.Write(0, start);
        }

        return writer.Notes;
    }

    public override void Dispose()
    {
        base.Dispose();
        _file?.Dispose();
    }

    protected override ImageWriter OpenCore(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        _file = new PendingFile(Path, _guard, ImageFormats.Get(Format).MayBeSparse, _temporaryPath);
        return CreateWriter(_file.Stream);
    }

    protected override ImageWriter ReopenCore()
    {
        _file!.Stream.SetLength(0);
        _file.Stream.Position = 0;
        return CreateWriter(_file.Stream);
    }

    protected override void PublishCore() => _file!.Commit(_options.Force);

    private ImageWriter CreateWriter(FileStream stream) => Format == ImageFormat.Raw
        ? RawImageWriter.ForFreshFile(stream, Size, Device.IsVmstate && !IsRange ? Layout.MaxDeviceSize : Size)
        : ImageFormats.Create(Format, ImageOptions(), stream, Size);

    private ImageOptions ImageOptions() => Format == ImageFormat.Raw && !_options.IsFixed
        ? new ImageOptions()
        : new ImageOptions
        {
            FileName = System.IO.Path.GetFileName(Path),
            Fixed = _options.IsFixed && !Device.IsVmstate,
            LogicalSectorSize = _options.LogicalSectorSize,
            VmdkSubformat = _options.VmdkSubformat,
        };
}

/// <summary>A file or block device that exists. It is written in place, as data comes.</summary>
internal sealed class OverwriteTarget : ExportTarget
{
    // What a wait handle can wait is limited; what is left over is waited after the next write.
    private const double LongestRest = 86_400;

    private readonly bool _writeZeros;
    private readonly long _bytesPerSecond;
    private readonly Stopwatch _watch = new();
    private FileStream? _stream;
    private long _written;
    private CancellationToken _cancellationToken;

    public OverwriteTarget(VmaDevice device, string path, bool writeZeros, long bytesPerSecond)
        : base(device, path, range: null)
    {
        _writeZeros = writeZeros;
        _bytesPerSecond = bytesPerSecond;
    }

    protected override long MaxSize => Device.Size;

    public override void Write(long offset, ReadOnlySpan<byte> data)
    {
        base.Write(offset, data);
        if (_bytesPerSecond > 0 && Failure is null)
        {
            _written += data.Length;
            double ahead = ((double)_written / _bytesPerSecond) - _watch.Elapsed.TotalSeconds;
            if (ahead > 0 && _cancellationToken.WaitHandle.WaitOne(TimeSpan.FromSeconds(Math.Min(ahead, LongestRest))))
            {
                throw new OperationCanceledException(_cancellationToken);
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _stream?.Dispose();
    }

    protected override ImageWriter OpenCore(CancellationToken cancellationToken)
    {
        _stream = ExistingTarget.Open(Path, Device);
        _watch.Start();
        _cancellationToken = cancellationToken;
        return RawImageWriter.OverExisting(_stream, Device.Size, _writeZeros);
    }

    protected override void PublishCore() => _stream!.Flush(flushToDisk: true);
}
