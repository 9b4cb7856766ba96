using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using VmaTools.Extents;
using VmaTools.Indexing;
using VmaTools.Sources;

namespace VmaTools.Archives;

/// <summary>
/// One pass over an archive, from the first extent to the last byte, with any number of sinks listening. One thread
/// decompresses (or reads, where there is nothing to decompress), another checks and delivers, so that the slower sets the time.
/// </summary>
internal sealed class ForwardPass
{
    private readonly VmaArchive _archive;
    private readonly ForwardBytes _bytes;
    private readonly IReadOnlyList<VmaSink> _sinks;
    private readonly IProgress<VmaProgress>? _progress;
    private readonly IndexRecording? _recording;
    private readonly VmaIndex? _knownIndex;
    private readonly VmaException? _recordingError;
    private readonly FindingLog _log = new();

    /// <param name="archive">The archive.</param>
    /// <param name="bytes">Its bytes, standing at the first extent.</param>
    /// <param name="sinks">Who listens.</param>
    /// <param name="progress">Hears how far the pass has come, now and then.</param>
    /// <param name="recording">The index that comes of the pass, whose bytes these are; null for none.</param>
    /// <param name="knownIndex">The index that was there already where one was asked for, or null.</param>
    /// <param name="recordingError">Why there is none although one was asked for, or null.</param>
    public ForwardPass(
        VmaArchive archive,
        ForwardBytes bytes,
        IReadOnlyList<VmaSink> sinks,
        IProgress<VmaProgress>? progress,
        IndexRecording? recording,
        VmaIndex? knownIndex,
        VmaException? recordingError)
    {
        _knownIndex = knownIndex;
        _recording = recording;
        _recordingError = recordingError;
        _archive = archive;
        _bytes = bytes;
        _sinks = sinks;
        _progress = progress;
    }

    /// <summary>How much time goes by, at least, between two reports of progress.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    public VmaPassResult Run(CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        _log.Add(_archive.Header.Findings.Kept, _archive.Header.Findings.Counts);
        ArchiveChecker checker = new(_archive.Header, _log, Announce);
        RunDelivery delivery = new(_archive.Devices, _sinks);

        // Where nobody listens the data still has to be read, but is kept only where it may be looked at again: that of a source
        // that cannot go back, and a vmstate's, whose end decides on its length.
        bool keepsData = _sinks.Count > 0 || !_bytes.CanSeek || checker.Devices.Any(static d => d.IsVmstate);
        ExtentReader reader = new(_bytes, _archive.Header.Uuid, keepsData ? ExtentData.Kept : ExtentData.Dropped);
        using ExtentSupply extents = new(reader, keepsData, ahead: keepsData && !_bytes.IsAhead, cancellationToken);
        TimeSpan reported = TimeSpan.Zero;
        VmaCompressionException? damage = null;
        while (Next(extents, ref damage) is { } frame)
        {
            delivery.Begin(frame);
            checker.Examine(frame, delivery);
            delivery.Flush();
            _recording?.Take(frame);
            if (_progress is not null && watch.Elapsed - reported >= ProgressInterval)
            {
                reported = watch.Elapsed;
                _progress.Report(new VmaProgress(frame.StoredPosition, _archive.StoredLength, checker.Clusters));
            }
        }

        Conclude(checker, reader, extents.End, damage);
        using ArchiveIndex? index = FinishIndex(extents.End, reader);
        _progress?.Report(new VmaProgress(_bytes.StoredPosition, _archive.StoredLength, checker.Clusters));
        VmaFinding? lost = _log.Kept.FirstOrDefault(static f => f is { IsError: true, DeviceId: null, Offset: not null });
        return new VmaPassResult(
            _archive.ArchivePath,
            _log,
            checker.Devices.Select(d => new VmaDeviceResult(_archive.DeviceOf(d.Entry.Id), d, lost)).ToArray(),
            _bytes.StoredPosition,
            watch.Elapsed,
            hasChecksum: damage is null && !_bytes.HasUncheckedContent)
        {
            NewIndex = _knownIndex ?? (index is null ? null : VmaIndex.Of(_archive.ArchivePath, index)),
            NewIndexError = _recordingError ?? _recording?.Error,
        };
    }

    /// <summary>Completes the index, if there is to be one. What is damaged gets none by the way: who wants one builds it.</summary>
    private ArchiveIndex? FinishIndex(ExtentFrame? end, ExtentReader reader)
    {
        if (_log.Kept.FirstOrDefault(static f => f.IsError) is { } error)
        {
            _recording?.Abandon(error.ToException(_archive.ArchivePath));
        }

        return _recording?.Finish(end, reader.HasLostExtents);
    }

    /// <summary>
    /// The next extent, or null at the end. Damage to the compressed stream is a verdict on the archive; whatever else stops the
    /// reader is an error.
    /// </summary>
    private ExtentFrame? Next(ExtentSupply extents, ref VmaCompressionException? damage)
    {
        try
        {
            return extents.Next(out ExtentFrame frame) ? frame : null;
        }
        catch (VmaCompressionException exception)
        {
            exception.Path ??= _archive.ArchivePath;
            damage = exception;
            return null;
        }
        catch (VmaException exception)
        {
            exception.Path ??= _archive.ArchivePath;
            throw;
        }
    }

    private void Conclude(ArchiveChecker checker, ExtentReader reader, ExtentFrame? end, VmaCompressionException? damage)
    {
        if (damage is not null)
        {
            checker.ReportDamage(damage, _bytes.VerifiedPosition);
        }

        checker.Finish(end, reader.HasLostExtents || damage is not null);
        if (end is not null)
        {
            checker.MarkUnprovenAtBadEnd(end, _bytes.VerifiedPosition);
        }

        if (_archive.Source.FindChange() is { } change)
        {
            VmaFinding finding = new(change.Code, VmaSeverity.Error, "The archive changed while it was read.");
            checker.Report(finding);
            foreach (DeviceProgress device in checker.Devices)
            {
                device.Touch(finding);
            }
        }
    }

    private void Announce(VmaFinding finding)
    {
        foreach (VmaSink sink in _sinks)
        {
            sink.OnFinding(finding);
        }
    }
}
