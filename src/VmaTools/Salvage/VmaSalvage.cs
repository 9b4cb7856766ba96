using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Archives;
using VmaTools.Bytes;
using VmaTools.Exports;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Format;
using VmaTools.Salvage;

namespace VmaTools;

/// <summary>How devices are salvaged.</summary>
public sealed class VmaSalvageOptions
{
    /// <summary>Whether existing files are replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Sizes of devices in bytes, by number, for an archive whose header is lost.</summary>
    public IReadOnlyDictionary<int, long>? DeviceSizes { get; init; }

    /// <summary>A manifest made when the archive was sound: a device whose digest matches is proven. Null for none.</summary>
    public VmaManifest? Manifest { get; init; }

    /// <summary>How the archive is opened; null for the defaults.</summary>
    public VmaOpenOptions? Open { get; init; }
}

/// <summary>Where a fact about a salvaged device comes from. Text rather than an enumeration, so that it reads the same after serialization.</summary>
public static class VmaSalvageSource
{
    /// <summary>The archive's header, or what is left of it and fits the extents.</summary>
    public const string Header = "Header";

    /// <summary>The person who asked.</summary>
    public const string Parameter = "Parameter";

    /// <summary>The last cluster that an extent names: the size is that rounded up to 64 KiB, or too small where the end is lost.</summary>
    public const string LastCluster = "LastCluster";

    /// <summary>Nothing: it was made up.</summary>
    public const string Invented = "Invented";
}

/// <summary>
/// Gets what is left out of a damaged archive: goes on at the next intact extent behind damage, behind a broken compressed
/// frame at the next one, without a header by the extents alone. What is lost is filled with zeros and named in a report.
/// </summary>
public sealed class VmaSalvage : IDisposable
{
    private readonly SalvageArchive _salvage;
    private readonly VmaSalvageOptions _options;

    /// <summary>Tells of an error that an archive could not be opened for whether salvaging may bring something all the same.</summary>
    /// <param name="error">The error.</param>
    /// <returns>False where nothing is damaged: the file is another, is empty, or asks for what can be allowed.</returns>
    public static bool MayHelp(VmaException error)
    {
        if (error is null)
        {
            throw new ArgumentNullException(nameof(error));
        }

        return error is VmaFormatException or VmaCompressionException
            && !error.IsForeign
            && error.Code is not (VmaCodes.EmptyFile or VmaCodes.CompressionWindowTooLarge or VmaCodes.CompressionNotSupported
                or VmaCodes.MangledByTextConversion or VmaCodes.VersionNotSupported);
    }

    private VmaSalvage(SalvageArchive salvage, VmaSalvageOptions options)
    {
        _salvage = salvage;
        _options = options;
    }

    /// <summary>The archive, its header put together from the extents where it is lost.</summary>
    public VmaArchive Archive => _salvage.Archive;

    /// <summary>What is wrong with the header, or null where it is intact.</summary>
    public VmaException? HeaderDamage => _salvage.HeaderDamage;

    /// <summary>Opens a damaged archive. Without a header this reads all of it.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">Nothing is left of it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VmaSalvage Open(string path, VmaSalvageOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new VmaSalvageOptions();
        return new VmaSalvage(SalvageArchive.Open(path, options, cancellationToken), options);
    }

    /// <summary>The name of a salvaged device's file for the name that a whole one would have: <c>disk.raw</c> becomes <c>disk.incomplete.raw</c>.</summary>
    public static string FileFor(string path) =>
        (path ?? throw new ArgumentNullException(nameof(path))).EndsWith(".incomplete.raw", StringComparison.OrdinalIgnoreCase)
            ? path
            : Path.ChangeExtension(path, ".incomplete.raw");

    /// <summary>All files that a device is salvaged to: its raw file, and the reports beside it, in JSON and in words.</summary>
    /// <param name="path">The raw file.</param>
    public static IReadOnlyList<string> FilesOf(string path) => [path, VmaSalvageReport.JsonFor(path), VmaSalvageReport.TextFor(path)];

    /// <summary>Salvages devices into raw files, with a report beside each, in JSON and in words.</summary>
    /// <param name="targets">Devices of <see cref="Archive"/> by number, and the file that each goes to.</param>
    /// <param name="progress">Hears how far it has come.</param>
    /// <param name="cancellationToken">Ends it early; nothing is left then.</param>
    /// <exception cref="VmaException">A file exists or cannot be written, or two devices would go to one. Nothing is left then.</exception>
    public IReadOnlyList<VmaSalvageReport> Run(
        IReadOnlyDictionary<int, string> targets, IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (targets is null)
        {
            throw new ArgumentNullException(nameof(targets));
        }

        List<FileTarget> files = [];
        TargetNames<VmaDevice> names = new();
        try
        {
            foreach (KeyValuePair<int, string> target in targets)
            {
                VmaDevice device = Archive.FindDevice(target.Key)
                    ?? throw new VmaException(VmaCodes.ItemNotFound, $"The archive has no device {target.Key}.", Archive.ArchivePath);
                string path = Path.GetFullPath(target.Value);
                foreach (string file in FilesOf(path))
                {
                    if (names.Claim(file, device) is { } other)
                    {
                        throw new VmaException(
                            VmaCodes.OutputNameCollision,
                            other.DeviceId == device.DeviceId
                                ? "The device and the report of it would be one file."
                                : $"The devices '{Printable.Text(other.Name)}' ({other.DeviceId}) and '{Printable.Text(device.Name)}' ({device.DeviceId}) would both be salvaged to this file.",
                            file,
                            null,
                            device.Name);
                    }
                }

                TargetCheck.MustBeFree(VmaSalvageReport.JsonFor(path), _options.Force);
                TargetCheck.MustBeFree(VmaSalvageReport.TextFor(path), _options.Force);
                files.Add(new FileTarget(device, path, null, new VmaExportOptions { Force = _options.Force }));
            }

            files.ForEach(f => f.Open(cancellationToken));
            if (ExportSink.FindCommonFailure(files) is { } failure)
            {
                throw failure;
            }

            FindingLog log = new();
            if (HeaderDamage is { } damage)
            {
                log.Add(new VmaFinding(damage.Code, VmaSeverity.Error, damage.Sentence, damage.Offset));
            }

            ArchiveChecker checker = new(Archive.Header, log);
            SalvageRecorder recorder = new(areBytesConverted: HeaderDamage?.Code == VmaCodes.MangledByTextConversion);
            BlindLosses losses = new();
            Read(checker, recorder, losses, new ExportSink(files, isAlone: true), log, progress, cancellationToken);
            List<VmaSalvageReport> reports = [];
            foreach (FileTarget file in files)
            {
                file.Publish(cancellationToken);
                DeviceProgress device = checker.Devices.First(d => d.Entry.Id == file.Device.DeviceId);
                bool isProven = IsProven(file, device, out VmaException? unreadable, cancellationToken);
                VmaSalvageReport report = new(_salvage, file.Device, file.Path, Ranges(file.Device, device, recorder, losses), isProven, log)
                {
                    Error = file.Failure ?? unreadable,
                };
                reports.Add(report);
                if (file.Failure is null)
                {
                    TrySave(report);
                }
            }

            return reports;
        }
        finally
        {
            files.ForEach(static f => f.Dispose());
        }
    }

    /// <summary>Writes the reports. A disk that is full by now takes nothing from what was salvaged before and after.</summary>
    private void TrySave(VmaSalvageReport report)
    {
        try
        {
            report.Save(_options.Force);
        }
        catch (VmaException exception)
        {
            report.Error = exception;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Archive.Dispose();

    private void Read(
        ArchiveChecker checker,
        SalvageRecorder recorder,
        BlindLosses losses,
        VmaSink sink,
        FindingLog log,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        RunDelivery delivery = new(Archive.Devices, [sink]);
        Tee receiver = new(losses, recorder, delivery);
        ExtentFrame frame = new(withData: true);
        ExtentFrame held = new(withData: true);
        bool hasLost = false;
        bool isFirst = true;
        long unreadableFrom = -1;
        foreach (SalvageBytes bytes in SalvageStretches.Open(_salvage.Source, cancellationToken))
        {
            void Deliver(ExtentFrame extent)
            {
                losses.Begin(extent, bytes.Blind);
                recorder.Begin(extent, bytes.Blind is not null);
                delivery.Begin(extent);
                checker.Examine(extent, receiver);
                delivery.Flush();
                recorder.End(extent.Offset + Layout.ExtentHeaderSize + extent.DataLength, bytes.VerifiedPosition);
                progress?.Report(new VmaProgress(extent.StoredPosition, Archive.StoredLength, checker.Clusters));
            }

            if (bytes.Cut is { } cut)
            {
                cut.Read(bytes, frame, slot => checker.HasCome(slot));
                Deliver(frame);
            }

            ExtentReader reader = Start(bytes, isFirst && HeaderDamage is null);
            bool isOne = isFirst || bytes.Cut is not null;
            isFirst = false;
            bool isHeld = false;
            bool Read()
            {
                bool isThere = reader.Read(frame, cancellationToken);

                // Where the header is unknown that belongs behind an extent, nothing is wrong with that one.
                if (frame.IsPreviousSuspect && bytes.Blind?.HasUnknown(held.Offset + Layout.ExtentHeaderSize + held.DataLength, Layout.ExtentHeaderSize) == true)
                {
                    frame.TrustPrevious();
                }

                return isThere;
            }

            while (Read())
            {
                isOne = true;
                cancellationToken.ThrowIfCancellationRequested();
                if (isHeld)
                {
                    // Where the next extent begins too early, what was taken for the end of this one's data is that extent.
                    held.CutAt(frame.Offset);
                    Deliver(held);
                }

                (frame, held) = (held, frame);
                isHeld = true;
            }

            if (isHeld)
            {
                Deliver(held);
            }

            recorder.EndStretch(frame, bytes.VerifiedPosition, bytes.TrustedPosition(_salvage.Source));
            hasLost |= reader.HasLostExtents || bytes.Damage is not null;
            if (!isOne)
            {
                // What looked like the begin of a frame was none.
                continue;
            }

            unreadableFrom = bytes.Damage is null ? -1 : bytes.DamageStoredPosition;
            foreach (VmaFinding finding in frame.Findings)
            {
                log.Add(finding);
            }

            if (bytes.Blind is not null)
            {
                log.Add(new VmaFinding(
                    VmaCodes.DecodedBehindDamage,
                    VmaSeverity.Warning,
                    $"From {bytes.StartStoredPosition} of the archive's {Archive.StoredLength} bytes on what could be decoded was decoded without what is damaged before it. No checksum covers it; what needs what is lost counts as lost."));
            }

            if (bytes.Damage is { } damage)
            {
                log.Add(new VmaFinding(damage.Code, VmaSeverity.Error, damage.Sentence, damage.Offset));
            }
        }

        if (unreadableFrom >= 0 && Archive.StoredLength is long length && unreadableFrom < length)
        {
            log.Add(new VmaFinding(
                VmaCodes.RestUnreadable,
                VmaSeverity.Error,
                $"Of the archive's {length} bytes nothing from {unreadableFrom} on could be read: what is behind damage needs what came before it, up to the next frame, member or block that stands by itself, and there is none."));
        }

        checker.Finish(null, hasLost);
    }

    /// <summary>A reader at the first extent, or one that searches it.</summary>
    private ExtentReader Start(SalvageBytes bytes, bool hasHeader)
    {
        byte[] uuid = Archive.Header.Uuid;
        if (!hasHeader)
        {
            return ExtentReader.StartingAnywhere(bytes, uuid, ExtentData.Kept);
        }

        if (bytes.CanSeek)
        {
            bytes.Seek(Archive.HeaderSize);
        }
        else
        {
            bytes.Read(new byte[Archive.HeaderSize]);
        }

        return new ExtentReader(bytes, uuid, ExtentData.Kept);
    }

    private static List<VmaDeviceRange> Ranges(VmaDevice device, DeviceProgress progress, SalvageRecorder recorder, BlindLosses losses)
    {
        SalvageRanges ranges = new(device, progress.Length);
        long clusters = Layout.ClusterCount(progress.Length);
        for (long at = 0; at < clusters;)
        {
            string state = StateOf(progress, recorder, at);
            int lost = state == VmaRangeState.Lost ? 0 : losses.Of(device.DeviceId, at);
            if (lost != 0)
            {
                ranges.AddCluster(state, lost);
                at++;
                continue;
            }

            // What never came is passed at once: a header may claim any size.
            long end = progress.Seen.Contains(at) ? at + 1 : progress.Seen.EndOfRun(at);
            end = at < progress.AbsentFrom ? Math.Min(end, progress.AbsentFrom) : end;
            end = Math.Min(end, clusters);
            ranges.Add(state, (end - at) * Layout.ClusterSize);
            at = end;
        }

        return ranges.Finish();
    }

    private static string StateOf(DeviceProgress device, SalvageRecorder recorder, long cluster) => device.Seen.Contains(cluster)
        ? recorder.StateOf(device, cluster)
        : cluster >= device.AbsentFrom ? VmaRangeState.Unverified : VmaRangeState.Lost;

    /// <summary>Whether a manifest proves what was written. Only a device of which nothing is lost can be proven so.</summary>
    /// <param name="file">The file.</param>
    /// <param name="device">What is known of the device.</param>
    /// <param name="unreadable">Why what was written cannot be read, or null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private bool IsProven(FileTarget file, DeviceProgress device, out VmaException? unreadable, CancellationToken cancellationToken)
    {
        unreadable = null;
        VmaManifestItem? item = _options.Manifest?.Devices.FirstOrDefault(d => d.DeviceId == file.Device.DeviceId);
        VmaManifestDigest? digest = item?.Digests[0];
        if (file.Failure is not null || digest is null || device.MissingBytes > 0 || item!.Size != device.Length)
        {
            return false;
        }

        try
        {
            using SourceStream stream = SourceStream.Open(file.Path, options: FileOptions.SequentialScan);
            return VmaHashing.Digest(stream, VmaHashAlgorithm.Normalize([digest.Algorithm]), cancellationToken)[0] == digest.Hash;
        }
        catch (VmaException exception)
        {
            unreadable = exception;
            return false;
        }
    }

    private sealed class Tee(params IClusterReceiver[] receivers) : IClusterReceiver
    {
        public void OnCluster(DeviceProgress device, Slot slot, int dataAt, bool isTrusted)
        {
            foreach (IClusterReceiver receiver in receivers)
            {
                receiver.OnCluster(device, slot, dataAt, isTrusted);
            }
        }
    }
}
