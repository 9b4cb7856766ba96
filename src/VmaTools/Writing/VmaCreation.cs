using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Archives;
using VmaTools.Disks;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Format;
using VmaTools.Guests;
using VmaTools.Writing;

namespace VmaTools;

/// <summary>
/// Writes an archive: configs, and devices from files, block devices, disk images, streams and other archives. It is written from front to back,
/// so a pipe will do; a file gets its name when everything is in it, and never takes the place of another.
/// </summary>
public sealed class VmaCreation : IDisposable
{
    /// <summary>Bytes of a config, at most.</summary>
    public const int MaxConfigSize = Layout.MaxBlobSize;

    /// <summary>Devices of an archive, at most.</summary>
    public const int MaxDeviceCount = Layout.LastDeviceId;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(50);

    private readonly VmaCreationOptions _options;
    private readonly List<CreationEntry> _devices = [];
    private readonly List<ConfigEntry> _configs = [];
    private readonly byte[] _uuid;
    private readonly long _ctime;
    private long _zeroBytes;

    /// <summary>Prepares an archive; nothing is written before <see cref="Run(string, IProgress{VmaProgress}, CancellationToken)"/>.</summary>
    /// <param name="options">How to write it; null for the defaults.</param>
    /// <exception cref="VmaException">The uuid is none.</exception>
    public VmaCreation(VmaCreationOptions? options = null)
    {
        _options = options ?? new VmaCreationOptions();
        _uuid = UuidText.ParseOrCreate(_options.Uuid);
        DateTime time = (_options.CreationTime ?? DateTime.UtcNow).ToUniversalTime();
        _ctime = (long)Math.Floor((time - new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc)).TotalSeconds);
    }

    /// <summary>The archive's uuid.</summary>
    public string Uuid => UuidText.Of(_uuid);

    /// <summary>Names of the devices added so far, in order of their numbers.</summary>
    public IReadOnlyList<string> DeviceNames => [.. _devices.Select(static d => d.Name)];

    /// <summary>Bytes of the devices written so far that are zero and take no room.</summary>
    public long ZeroBytes => Volatile.Read(ref _zeroBytes);

    /// <summary>Adds a config.</summary>
    /// <param name="name">Its name, such as <c>qemu-server.conf</c>.</param>
    /// <param name="data">Its bytes, 65,535 at most.</param>
    /// <exception cref="VmaException">The name is taken or cannot be one, or there is no room for more.</exception>
    public void AddConfig(string name, byte[] data)
    {
        CheckName(name, _configs.Select(static c => c.Name), "config");
        _configs.Add(new ConfigEntry(name, data ?? throw new ArgumentNullException(nameof(data))));
        CheckHeader(() => _configs.RemoveAt(_configs.Count - 1));
    }

    /// <summary>Adds a config in a file, under the file's name.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VmaException">The name is taken or cannot be one, there is no room for more, or it is no file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void AddConfigFile(string path) => AddConfig(
        Path.GetFileName(path ?? throw new ArgumentNullException(nameof(path))),
        SourceFile.ReadSmall(path, MaxConfigSize)
            ?? throw new VmaException(VmaCodes.ArchiveLimitExceeded, $"A config has {MaxConfigSize} bytes at most, and the file has more.", path));

    /// <summary>Adds a raw disk in a file or a block device.</summary>
    /// <param name="name">The device's name, such as <c>drive-scsi0</c>; <c>vmstate</c> for a guest's memory.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="VmaException">The name is taken or cannot be one, or the file is empty or larger than a device can be.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public void AddFile(string name, string path) => AddImage(name, VmaImage.Open(path, ImageFormat.Raw));

    /// <summary>Adds the disk in an image.</summary>
    /// <param name="name">The device's name.</param>
    /// <param name="image">The image. A stream that it is in must stay open.</param>
    /// <exception cref="VmaException">The name is taken or cannot be one, or the disk is empty or larger than a device can be.</exception>
    public void AddImage(string name, VmaImage image) => Add(name, new ImageDeviceSource(image ?? throw new ArgumentNullException(nameof(image))));

    /// <summary>Adds the disk in which the firmware of a UEFI guest keeps its variables, as it is before the first start.</summary>
    /// <param name="name">The device's name.</param>
    /// <exception cref="VmaException">The name is taken or cannot be one.</exception>
    public void AddEfiVariables(string name = "drive-efidisk0") => AddStream(name, new MemoryStream(EfiVariables.Create(), writable: false));

    /// <summary>Names of the devices that lines of the config <c>qemu-server.conf</c> map to drives, in their order.</summary>
    public IReadOnlyList<string> MappedNames =>
        _configs.FirstOrDefault(static c => c.Name == CreationWarnings.ConfigName) is { } config
            ? [.. QemuConfig.Parse(config.Data.Span).Maps.Select(static m => m.DeviceName)]
            : [];

    /// <summary>Adds what a stream holds.</summary>
    /// <param name="name">The device's name.</param>
    /// <param name="stream">A readable stream, which is read from where it stands. It need not seek.</param>
    /// <param name="length">Bytes to read; null for all that a seekable stream has from there on.</param>
    /// <param name="leaveOpen">Whether the stream stays open.</param>
    /// <exception cref="VmaException">The name is taken or cannot be one, or the length is not known, 0, or larger than a device can be.</exception>
    public void AddStream(string name, Stream stream, long? length = null, bool leaveOpen = false)
    {
        if (stream is null)
        {
            throw new ArgumentNullException(nameof(stream));
        }

        long known = length ?? (stream.CanSeek
            ? stream.Length - stream.Position
            : throw new VmaException(VmaCodes.SourceNotSeekable, "The stream does not tell its length, which is written before its content.", device: name));
        Add(name, new StreamDeviceSource(_ => stream, known, leaveOpen));
    }

    /// <summary>Adds a device of another archive.</summary>
    /// <param name="device">The device. A compressed archive is read through its index.</param>
    /// <param name="name">Its name in the new archive; null for the one it has.</param>
    /// <exception cref="VmaException">The name is taken or cannot be one, or the device's size cannot be.</exception>
    public void AddDevice(VmaDevice device, string? name = null)
    {
        if (device is null)
        {
            throw new ArgumentNullException(nameof(device));
        }

        AddDevice(device, name ?? device.Name, null);
    }

    /// <summary>Adds a partition of a device of another archive, as a disk.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="name">Its name in the new archive.</param>
    /// <exception cref="VmaException">The name is taken or cannot be one.</exception>
    public void AddPartition(VmaPartition partition, string name)
    {
        if (partition is null)
        {
            throw new ArgumentNullException(nameof(partition));
        }

        Add(name, new ArchiveDeviceSource(
            partition.Owner.Archive, token => partition.Owner.OpenRead(partition.Offset, partition.Size, null, token), partition.Size));
    }

    /// <summary>What is worth knowing of the disks before they are read: sentences to warn with.</summary>
    /// <exception cref="VmaException">A source changed since it was first looked at, or is damaged.</exception>
    /// <exception cref="IOException">A source cannot be read.</exception>
    public IReadOnlyList<string> CheckSources() => SourceWarnings.Of(_devices);

    /// <summary>What is worth knowing before the archive is written to a file: sentences to warn with, those on the disks among them.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VmaException">The file exists.</exception>
    public IReadOnlyList<string> CheckTarget(string path)
    {
        path = Path.GetFullPath(path ?? throw new ArgumentNullException(nameof(path)));
        RefuseExisting(path);
        return [.. CreationWarnings.Of(path, _devices, _configs, _options.Compressor is not null), .. CheckSources()];
    }

    /// <summary>Writes the archive to a new file.</summary>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <param name="progress">Hears how many bytes of the sources were read, some twenty times a second.</param>
    /// <param name="cancellationToken">Ends it early; nothing is left then.</param>
    /// <exception cref="VmaException">The file exists or cannot be written, or a source changed or cannot be read whole. Nothing is left.</exception>
    /// <exception cref="IOException">A source cannot be read. Nothing is left.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled. Nothing is left.</exception>
    public VmaCreationResult Run(string path, IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        return WriteFile(path, (extents, clock) => CopyFrom(0, extents, clock, cancellationToken), progress, cancellationToken);
    }

    /// <summary>Writes the archive to a stream, in order.</summary>
    /// <param name="output">The stream. It stays open.</param>
    /// <param name="progress">Hears how many bytes of the sources were read, some twenty times a second.</param>
    /// <param name="cancellationToken">Ends it early: what is written until then is no whole archive.</param>
    /// <exception cref="VmaException">The stream cannot be written, or a source changed or cannot be read whole.</exception>
    /// <exception cref="IOException">A source cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public VmaCreationResult Run(Stream output, IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Write(
            output ?? throw new ArgumentNullException(nameof(output)),
            null,
            (extents, clock) => CopyFrom(0, extents, clock, cancellationToken),
            progress,
            cancellationToken);

    /// <summary>Closes streams that were added and are not to stay open.</summary>
    public void Dispose()
    {
        foreach (CreationEntry device in _devices)
        {
            device.Source.Dispose();
        }
    }

    /// <summary>Adds a volume of the disks of another archive, as a disk.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="name">Its name in the new archive.</param>
    /// <exception cref="VmaException">The name is taken or cannot be one.</exception>
    public void AddVolume(VmaVolume volume, string name)
    {
        if (volume is null)
        {
            throw new ArgumentNullException(nameof(volume));
        }

        Add(name, new ArchiveDeviceSource(volume.Archive, _ => volume.OpenRead(), volume.Size));
    }

    /// <summary>Adds a range of a device of another archive, as a disk.</summary>
    /// <param name="device">The device.</param>
    /// <param name="offset">First byte on the device.</param>
    /// <param name="length">Number of bytes.</param>
    /// <param name="name">The name of the disk.</param>
    /// <exception cref="VmaException">The name is taken or cannot be one.</exception>
    public void AddRange(VmaDevice device, long offset, long length, string name)
    {
        if (device is null)
        {
            throw new ArgumentNullException(nameof(device));
        }

        Add(name, new ArchiveDeviceSource(device.Archive, token => device.OpenRead(offset, length, null, token), length));
    }

    /// <summary>Writes the archive in one pass over another, whose devices were the first ones added.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The other archive.</param>
    /// <param name="count">How many devices are of it.</param>
    /// <param name="progress">Hears how far the pass has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="OutOfOrderException">Its clusters do not come in the order that this would take. Nothing is left.</exception>
    internal VmaCreationResult RunInOnePass(
        string path, VmaArchive source, int count, IProgress<VmaProgress>? progress, CancellationToken cancellationToken) => WriteFile(
        path,
        (extents, clock) =>
        {
            OrderedSink sink = new(_devices.GetRange(0, count), extents, cancellationToken);
            VmaPassResult result = source.ReadForward([sink], progress, cancellationToken);
            foreach (VmaDeviceResult device in result.Devices.Where(d => sink.Wants(d.Device) && !d.IsWhole))
            {
                throw device.NotWhole("was not written anew");
            }

            sink.Finish();
            CopyFrom(count, extents, clock, cancellationToken);
        },
        null,
        cancellationToken);

    /// <summary>Adds a raw disk under a number of its own.</summary>
    internal void AddFile(string name, string path, int id) => Add(name, new ImageDeviceSource(VmaImage.Open(path, ImageFormat.Raw)), id);

    /// <summary>Adds a device of another archive under a number of its own.</summary>
    internal void AddDevice(VmaDevice device, string name, int? id) =>
        Add(name, new ArchiveDeviceSource(device.Archive, token => device.OpenRead(null, token), device.Size, isEstimate: device.IsVmstate), id);

    private void Add(string name, DeviceSource source, int? id = null)
    {
        CheckName(name, DeviceNames, "device");
        int number = id ?? (_devices.Count == 0 ? Layout.FirstDeviceId : _devices[_devices.Count - 1].Id + 1);
        if (number > Layout.LastDeviceId)
        {
            throw new VmaException(VmaCodes.ArchiveLimitExceeded, $"An archive holds {Layout.LastDeviceId} devices at most.", source.Path, null, name);
        }

        if (source.Length == 0 || !Layout.IsDeviceSize(source.Length))
        {
            throw new VmaException(
                VmaCodes.ArchiveLimitExceeded,
                $"The source has {source.Length} bytes, or does not tell how many; a device has 1 to {Layout.MaxDeviceSize}.",
                source.Path,
                null,
                name);
        }

        _devices.Add(new CreationEntry(number, name, source));
        CheckHeader(() => _devices.RemoveAt(_devices.Count - 1));
    }

    private static void CheckName(string name, IEnumerable<string> taken, string what)
    {
        if (string.IsNullOrEmpty(name) || name.Any(static c => c == '\0'))
        {
            throw new VmaException(VmaCodes.ArchiveNameInvalid, $"A {what} needs a name, of characters other than NUL.");
        }

        if (taken.Contains(name))
        {
            throw new VmaException(VmaCodes.NameDuplicate, $"There is a {what} named '{Printable.Short(name)}' already.");
        }
    }

    /// <summary>Looks whether names and configs fit, and takes the last one back where they do not.</summary>
    private void CheckHeader(Action takeBack)
    {
        try
        {
            MakeHeader();
        }
        catch (VmaException)
        {
            takeBack();
            throw;
        }
    }

    private byte[] MakeHeader() =>
        ArchiveHeader.Write(_uuid, _ctime, [.. _devices.Select(static d => new DeviceEntry(d.Id, d.Name, d.Size))], _configs);

    private static void RefuseExisting(string path) =>
        TargetCheck.MustBeFree(path, replace: false, advice: ", and archives are never written over; remove it first");

    /// <summary>Writes a file as <see cref="Run(string, IProgress{VmaProgress}, CancellationToken)"/> does, with another to fill it.</summary>
    private VmaCreationResult WriteFile(
        string path, Action<ExtentAssembler, ProgressClock> fill, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        string full = Path.GetFullPath(path ?? throw new ArgumentNullException(nameof(path)));
        RefuseExisting(full);
        using PendingFile file = Attempt(full, () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);

            // Not that it had holes: but a file that is no disk may be as its folder wants it.
            return new PendingFile(full, ArchiveGuard.For([.. _devices.Select(static d => d.Source.Path)]), maySparse: true);
        });
        VmaCreationResult result = Write(file.Stream, full, fill, progress, cancellationToken);
        Attempt(full, () =>
        {
            file.Commit(replace: false);
            return 0;
        });
        return result;
    }

    private VmaCreationResult Write(
        Stream output,
        string? path,
        Action<ExtentAssembler, ProgressClock> fill,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        foreach (CreationEntry device in _devices)
        {
            device.Source.Measure(cancellationToken);
        }

        byte[] header = MakeHeader();
        using FramePipeline pipeline = new(output, path, _options.Compressor, cancellationToken);
        ExtentAssembler extents = new(_uuid, pipeline);
        ProgressClock clock = new(progress, ProgressInterval, _devices.Sum(static d => d.Source.Length));
        extents.WriteHeader(header);
        fill(extents, clock);
        if (_devices.Count == 0)
        {
            extents.WriteEmptyExtent();
        }

        pipeline.Complete();
        foreach (CreationEntry device in _devices)
        {
            if (device.Source.FindChange() is { } change)
            {
                throw change;
            }
        }

        clock.Finish(extents.Clusters);
        return new VmaCreationResult(
            path,
            Uuid,
            pipeline.Written,
            [.. _devices.Select(static d => new VmaCreatedDevice(d.Id, d.Name, d.Size, d.StoredBlocks * Layout.BlockSize))]);
    }

    private void CopyFrom(int first, ExtentAssembler extents, ProgressClock clock, CancellationToken cancellationToken)
    {
        foreach (CreationEntry device in _devices.Skip(first))
        {
            Copy(device, extents, clock, cancellationToken);
        }
    }

    private void Copy(CreationEntry device, ExtentAssembler extents, ProgressClock clock, CancellationToken cancellationToken)
    {
        using DeviceSource source = device.Source;
        source.Open(cancellationToken);
        extents.BeginDevice(device.Id);
        for (long at = 0; at < source.Length;)
        {
            KnownRange range = source.FindRange(at);
            long end = at + Math.Min(range.Length, source.Length - at);
            while (at < end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = (int)Math.Min(end - at, extents.Room.Length);
                if (range.Kind == KnownRangeKind.Zeros)
                {
                    extents.AppendZeros(count);
                }
                else
                {
                    source.Read(at, extents.Room.Slice(0, count));
                    extents.Advance(count);
                }

                at += count;
                Volatile.Write(ref _zeroBytes, (extents.Clusters * Layout.ClusterSize) - (extents.StoredBlocks * Layout.BlockSize));
                clock.Advance(count, extents.Clusters);
            }
        }

        device.StoredBlocks = extents.EndDevice();
    }

    private static T Attempt<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, path);
        }
    }
}
