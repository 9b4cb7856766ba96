using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;
using VmaTools.Exports;
using VmaTools.Files;
using VmaTools.GuestFiles;
using VmaTools.Images;

namespace VmaTools;

/// <summary>How devices are written to files.</summary>
public sealed class VmaExportOptions
{
    /// <summary>The kind of image. A vmstate is always written raw: it is no disk.</summary>
    public ImageFormat Format { get; init; }

    /// <summary>What names of files in that format end in, with the dot, such as <c>.vhdx</c>.</summary>
    public string Extension => ImageFormats.Get(Format).Extension;

    /// <summary>The format whose images have an extension, <c>.img</c> among them; null where none has.</summary>
    /// <param name="extension">The extension, with the dot, in any case.</param>
    public static ImageFormat? FormatOf(string? extension) => extension is null ? null : ImageFormats.FromExtension(extension)?.Format;

    /// <summary>Whether every block of a VHD or VHDX is allocated in advance.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Logical sector size of a VHDX in bytes, 512 or 4096; null for what the disk's GPT counts in, and 512 without one.</summary>
    public int? LogicalSectorSize { get; init; }

    /// <summary>The layout of a VMDK.</summary>
    public VmdkSubformat VmdkSubformat { get; init; }

    /// <summary>Whether existing files are replaced. They are kept until the new one is whole.</summary>
    public bool Force { get; init; }

    /// <summary>
    /// Whether a device that came whole is exported though the compressed stream around it is damaged, or ends badly, and no checksum
    /// of that covers the device. Its bytes may be wrong.
    /// </summary>
    public bool AllowUnproven { get; init; }

    /// <summary>Where the export leaves the archive's index, too: as <see cref="VmaOpenOptions.NewIndexPath"/> has it. Null for what that says.</summary>
    public string? NewIndexPath { get; init; }
}

/// <summary>
/// Exports devices of one archive to files, all in one pass. A file gets its name when every cluster of its device came
/// exactly once and nothing found in the archive concerns it; otherwise nothing of it is left.
/// </summary>
public sealed class VmaExport
{
    private readonly VmaArchive _archive;
    private readonly VmaExportOptions _options;
    private readonly List<ExportTarget> _targets = [];
    private readonly TargetNames<VmaDevice> _names = new();

    /// <summary>Prepares an export; nothing is touched before <see cref="Run"/>.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="options">How to write; null for raw files that replace nothing.</param>
    public VmaExport(VmaArchive archive, VmaExportOptions? options = null)
    {
        _archive = archive ?? throw new ArgumentNullException(nameof(archive));
        _options = options ?? new VmaExportOptions();
    }

    /// <summary>Number of devices added.</summary>
    public int Count => _targets.Count;

    /// <summary>Adds a device, to be written to a new file.</summary>
    /// <param name="device">A device of the archive.</param>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <exception cref="VmaException">The file exists or the format cannot hold the device.</exception>
    public void Add(VmaDevice device, string path) => Add(device, path, temporaryPath: null);

    /// <summary>Adds a device, to be written to a new file, with a say in what that is called while it grows.</summary>
    /// <param name="device">A device of the archive.</param>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <param name="temporaryPath">The file's name until it is whole, in the same folder; null for one that is made up.</param>
    /// <exception cref="VmaException">The file exists or the format cannot hold the device.</exception>
    public void Add(VmaDevice device, string path, string? temporaryPath) =>
        Add(new FileTarget(Own(device), Path.GetFullPath(path), temporaryPath, _options));

    /// <summary>Adds a partition, to be written to a new file. It is written only when its whole device came whole.</summary>
    /// <param name="partition">A partition of a device of the archive.</param>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <exception cref="VmaException">The file exists or the format cannot hold the partition, or it does not lie on the device.</exception>
    public void Add(VmaPartition partition, string path)
    {
        if (partition is null)
        {
            throw new ArgumentNullException(nameof(partition));
        }

        Add(partition.Owner, path, new DiskRange(partition.Offset, partition.Size));
    }

    /// <summary>
    /// Adds a volume, to be written to a new file. A partition or a disk comes in the pass; what is put together from several places is
    /// read once the pass is over, from an archive that can be read at any offset. It is written only when all devices that it lies on
    /// came whole.
    /// </summary>
    /// <param name="volume">A volume of the guest in the archive.</param>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <param name="options">Secrets, with which what is in a locked volume is written; needed until the export is over. Null for none.</param>
    /// <exception cref="VmaException">
    /// The file exists or the format cannot hold the volume; the archive has no such volume, or cannot be read at any offset; it was unlocked
    /// when it was listed, and no secret opens it.
    /// </exception>
    public void Add(VmaVolume volume, string path, FileSystemOptions? options = null)
    {
        if (volume is null)
        {
            throw new ArgumentNullException(nameof(volume));
        }

        using VmaGuest guest = VmaGuest.Open(_archive, options);
        GuestVolume own = guest.FindVolume(volume);
        IReadOnlyList<VmaDevice> devices = guest.DevicesOf(own);
        if (devices.Count == 0)
        {
            throw new VmaException(VmaCodes.VolumeMemberMissing, $"Nothing of the volume {Printable.Short(volume.Id)} is in the archive.", _archive.ArchivePath);
        }

        if (!guest.IsOnDevice(own))
        {
            Add(new VolumeTarget(own.Volume.Size, () => volume.OpenRead(options), devices, Path.GetFullPath(path), _options));
        }
        else if (own.Volume.Partition is Partition partition)
        {
            Add(devices[0], path, new DiskRange(partition.Offset, partition.Size));
        }
        else
        {
            Add(devices[0], path);
        }
    }

    /// <summary>
    /// Adds what no file and no structure of a volume's file system has, joined, to be written to a new file. It is read once the pass is
    /// over, and written only when all devices that the volume lies on came whole.
    /// </summary>
    /// <param name="volume">A volume of the guest in the archive.</param>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <param name="options">Secrets for a locked volume; needed until the export is over. Null for none.</param>
    /// <exception cref="VmaException">
    /// The file exists; the archive has no such volume, or cannot be read at any offset; what is free is not told of its file system.
    /// </exception>
    public void AddUnallocated(VmaVolume volume, string path, FileSystemOptions? options = null)
    {
        if (volume is null)
        {
            throw new ArgumentNullException(nameof(volume));
        }

        using VmaGuest guest = VmaGuest.Open(_archive, options);
        GuestVolume own = guest.FindVolume(volume);
        Add(new VolumeTarget(
            UnallocatedStream.Open(own).Length, () => volume.OpenUnallocated(options), guest.DevicesOf(own), Path.GetFullPath(path), _options));
    }

    /// <summary>Adds a range of a device, to be written to a new file. It is written only when the whole device came whole.</summary>
    /// <param name="device">A device of the archive.</param>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <param name="offset">First byte on the device.</param>
    /// <param name="length">Number of bytes.</param>
    /// <exception cref="VmaException">The file exists or the format cannot hold the range, or it does not lie on the device.</exception>
    public void Add(VmaDevice device, string path, long offset, long length) => Add(device, path, new DiskRange(offset, length));

    private void Add(VmaDevice device, string path, DiskRange range)
    {
        VmaDevice own = Own(device);
        if (range.Offset < 0 || range.Size <= 0 || range.Offset > own.Size - range.Size)
        {
            throw new VmaException(
                VmaCodes.ItemNotFound,
                $"The range of {range.Size} bytes at {range.Offset} does not lie on the device, which has {own.Size}.",
                _archive.ArchivePath,
                null,
                own.Name);
        }

        Add(new FileTarget(own, Path.GetFullPath(path), null, _options, range));
    }

    /// <summary>Adds a device, to be written over a file or block device that exists and has the right size.</summary>
    /// <param name="device">A device of the archive.</param>
    /// <param name="path">The file or block device. It is written as data comes, before the archive is known to be whole.</param>
    /// <param name="writeZeros">Whether zeros are written too, or what the target holds there is left.</param>
    /// <param name="bytesPerSecond">Upper limit for the rate of writing; 0 for none.</param>
    /// <exception cref="VmaException">
    /// The target is smaller, or more than 4 MiB larger, than the device, or another device goes there already.
    /// </exception>
    /// <exception cref="IOException">The target cannot be opened.</exception>
    public void AddExisting(VmaDevice device, string path, bool writeZeros = true, long bytesPerSecond = 0)
    {
        VmaDevice own = Own(device);
        using (ExistingTarget.Open(path, own))
        {
            if (_targets.Find(t => FileFacts.AreSame(t.Path, path)) is { } same)
            {
                throw new VmaException(
                    VmaCodes.SingleFileTarget,
                    $"The devices {Named(same.Device)} and {Named(own)} would both be written over the same target.",
                    path,
                    null,
                    own.Name);
            }

            Add(new OverwriteTarget(own, path, writeZeros, bytesPerSecond));
        }
    }

    /// <summary>
    /// Looks whether the targets' volumes can take what is to be written, without decompressing anything.
    /// </summary>
    /// <returns>Sentences to warn with: what may turn out too large, but need not.</returns>
    /// <exception cref="VmaException">What is surely needed does not fit.</exception>
    public IReadOnlyList<string> CheckRoom() =>
        RoomCheck.Run(_archive, [.. _targets.OfType<FileTarget>().Select(static t => new RoomNeed(t.Device, t.Path, t.TakesNominalSize) { Size = t.Size, IsRange = t.IsRange })]);

    /// <summary>
    /// Tells what the images would note of themselves, such as sectors that their format does not have, before anything is written: as far
    /// as sizes tell, and the first bytes of the disks where no index has to be built for them.
    /// </summary>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>Sentences to warn with, each with the path of its file in front.</returns>
    /// <exception cref="VmaException">The archive cannot be read.</exception>
    public IReadOnlyList<string> Foresee(CancellationToken cancellationToken = default) =>
        [.. _targets.OfType<FileTarget>().SelectMany(t => t.Foresee(cancellationToken).Select(n => $"{t.Path}: {n}"))];

    /// <summary>Reads the archive and writes the files.</summary>
    /// <param name="progress">Hears how far the pass has come, some twenty times a second.</param>
    /// <param name="sinks">Others that want to listen to the same pass.</param>
    /// <param name="cancellationToken">Ends it early; nothing is left then.</param>
    /// <returns>What became of each device. Damage to the archive is told there, device by device.</returns>
    /// <exception cref="VmaException">
    /// No target can be written (where some can, what became of the others is in the result), or the source changed. Nothing is left.
    /// </exception>
    /// <exception cref="OperationCanceledException">The export was cancelled. Nothing is left.</exception>
    public VmaExportResult Run(
        IProgress<VmaProgress>? progress = null,
        IReadOnlyList<VmaSink>? sinks = null,
        CancellationToken cancellationToken = default)
    {
        if (_options.NewIndexPath is { } index)
        {
            KeepApart(index);
            _archive.NewIndexPath = index;
        }

        try
        {
            foreach (ExportTarget target in _targets)
            {
                target.Open(cancellationToken);
            }

            if (ExportSink.FindCommonFailure(_targets) is { } failure)
            {
                throw failure;
            }

            ExportSink sink = new(_targets, isAlone: sinks is null or { Count: 0 });
            VmaPassResult pass = _archive.ReadForward([sink, .. sinks ?? []], progress, cancellationToken);
            List<VmaExportOutput> outputs = [];
            foreach (ExportTarget target in _targets)
            {
                VmaDeviceResult[] results = [.. target.Needed.Select(n => pass.Devices.First(d => d.Device.DeviceId == n.DeviceId))];
                VmaDeviceResult? refused = results.FirstOrDefault(r => !r.IsWhole && !(r.IsOnlyUnproven && _options.AllowUnproven));
                if (refused is null)
                {
                    target.Publish(cancellationToken);
                }

                VmaDeviceResult result = refused ?? results.FirstOrDefault(static r => !r.IsWhole) ?? results[0];
                outputs.Add(new VmaExportOutput(target, result, target.Failure ?? target.Unreadable ?? refused?.NotWhole("was not exported")));
            }

            return ExportSink.FindCommonFailure(_targets) is { } late ? throw late : new VmaExportResult(pass, outputs);
        }
        finally
        {
            foreach (ExportTarget target in _targets)
            {
                target.Dispose();
            }
        }
    }

    /// <inheritdoc cref="Run"/>
    /// <summary>
    /// The same as <see cref="Run"/>, awaited. The pass has threads of its own, this one's wait among them: none of the pool's is kept, and
    /// what follows the await does not run on them. <see cref="VmaArchive.OpenAsync"/> makes their reading of a stream asynchronous; targets
    /// are written synchronously.
    /// </summary>
    public Task<VmaExportResult> RunAsync(
        IProgress<VmaProgress>? progress = null,
        IReadOnlyList<VmaSink>? sinks = null,
        CancellationToken cancellationToken = default) =>
        OwnThread.Run(() => Run(progress, sinks, cancellationToken), cancellationToken);

    /// <summary>The device of this export's archive that <paramref name="device"/> stands for, perhaps through another opening of it.</summary>
    private VmaDevice Own(VmaDevice device)
    {
        VmaDevice own = _archive.FindDevice((device ?? throw new ArgumentNullException(nameof(device))).DeviceId)
            ?? throw new VmaException(VmaCodes.ItemNotFound, $"The archive has no device {device.DeviceId}.", _archive.ArchivePath, null, device.Name);
        own.ThrowIfSizeInvalid();
        return own;
    }

    private void Add(ExportTarget target)
    {
        if (_targets.Any(t => t.IsFedByPass && target.IsFedByPass && t.Device.DeviceId == target.Device.DeviceId && t.IsRange == target.IsRange && t.Start == target.Start && t.Size == target.Size))
        {
            throw new ArgumentException("The device was added before.");
        }

        if (target is not OverwriteTarget && _names.Claim(target.Path, target.Device) is { } other)
        {
            throw new VmaException(
                VmaCodes.OutputNameCollision,
                $"The devices {Named(other)} and {Named(target.Device)} map to the same file.",
                target.Path,
                null,
                target.Device.Name);
        }

        _targets.Add(target);
    }

    private void KeepApart(string index)
    {
        if (index.Length > 0 && _targets.FirstOrDefault(t => t.Path == Path.GetFullPath(index)) is { } target)
        {
            throw new VmaException(VmaCodes.OutputNameCollision, $"The index and the device {Named(target.Device)} map to the same file.", target.Path);
        }
    }

    private static string Named(VmaDevice device) => $"'{Printable.Text(device.Name)}' ({device.DeviceId})";
}

/// <summary>What became of an export.</summary>
public sealed class VmaExportResult
{
    internal VmaExportResult(VmaPassResult pass, IReadOnlyList<VmaExportOutput> outputs)
    {
        Pass = pass;
        Outputs = outputs;
    }

    /// <summary>What was found out about the archive.</summary>
    public VmaPassResult Pass { get; }

    /// <summary>What became of each device, in the order in which they were added.</summary>
    public IReadOnlyList<VmaExportOutput> Outputs { get; }
}

/// <summary>What became of one device in an export.</summary>
public sealed class VmaExportOutput
{
    internal VmaExportOutput(ExportTarget target, VmaDeviceResult result, VmaException? error)
    {
        Path = target.Path;
        Notes = target.Notes;
        Result = result;
        Error = error;
    }

    /// <summary>The file or block device.</summary>
    public string Path { get; }

    /// <summary>What came of the device in the pass.</summary>
    public VmaDeviceResult Result { get; }

    /// <summary>Why the device has no file, or null where it has.</summary>
    public VmaException? Error { get; }

    /// <summary>Sentences to read about the image that was written, such as padding.</summary>
    public IReadOnlyList<string> Notes { get; }
}
