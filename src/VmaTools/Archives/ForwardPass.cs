using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Archives;

/// <summary>
/// One pass over an archive, from the first extent to the last byte, with any number of sinks listening. One thread reads
/// (and decompresses), another checks and delivers, with a few extents between them, so that the slower sets the time.
/// </summary>
internal sealed class ForwardPass
{
    /// <summary>Extents in flight, at most 3.9 MB each: enough to level out both sides, few enough to stay in a large cache.</summary>
    private const int FramesInFlight = 4;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(50);

    private readonly VmaArchive _archive;
    private readonly ForwardBytes _bytes;
    private readonly IReadOnlyList<VmaSink> _sinks;
    private readonly IProgress<VmaProgress>? _progress;
    private readonly FindingLog _log = new();

    /// <param name="archive">The archive.</param>
    /// <param name="bytes">Its bytes, standing at the first extent.</param>
    /// <param name="sinks">Who listens.</param>
    /// <param name="progress">Hears how far the pass has come, some twenty times a second.</param>
    public ForwardPass(VmaArchive archive, ForwardBytes bytes, IReadOnlyList<VmaSink> sinks, IProgress<VmaProgress>? progress)
    {
        _archive = archive;
        _bytes = bytes;
        _sinks = sinks;
        _progress = progress;
    }

    public VmaPassResult Run(CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        _log.Add(_archive.Header.Findings.Kept, _archive.Header.Findings.Counts);
        ArchiveChecker checker = new(_archive.Header, _log, Announce);
        RunDelivery delivery = new(_archive.Devices, _sinks);
        ExtentReader reader = new(_bytes, _archive.Header.Uuid, withData: true);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using BlockingCollection<ExtentFrame> full = [];
        using BlockingCollection<ExtentFrame> empty = [];
        ExtentFrame? end = null;
        Task reading = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    // Frames are made as they are needed, so that a small archive takes little memory.
                    int made = 1;
                    ExtentFrame? frame = new(withData: true);
                    while (reader.Read(frame, stop.Token))
                    {
                        full.Add(frame, stop.Token);
                        if (!empty.TryTake(out frame))
                        {
                            frame = made++ < FramesInFlight ? new ExtentFrame(withData: true) : empty.Take(stop.Token);
                        }
                    }

                    end = frame;
                }
                finally
                {
                    full.CompleteAdding();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        VmaCompressionException? damage = null;
        try
        {
            TimeSpan reported = TimeSpan.Zero;
            foreach (ExtentFrame frame in full.GetConsumingEnumerable(stop.Token))
            {
                delivery.Begin(frame);
                checker.Examine(frame, delivery);
                delivery.Flush();
                if (_progress is not null && watch.Elapsed - reported >= ProgressInterval)
                {
                    reported = watch.Elapsed;
                    _progress.Report(new VmaProgress(frame.StoredPosition, _archive.StoredLength, checker.Clusters));
                }

                empty.Add(frame, stop.Token);
            }

            damage = WaitFor(reading);
        }
        catch
        {
            stop.Cancel();
            ((IAsyncResult)reading).AsyncWaitHandle.WaitOne();
            _ = reading.Exception;
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }

        Conclude(checker, reader, end, damage);
        _progress?.Report(new VmaProgress(_bytes.StoredPosition, _archive.StoredLength, checker.Clusters));
        return new VmaPassResult(
            _archive.Path,
            _log,
            checker.Devices.Select(d => new VmaDeviceResult(_archive.DeviceOf(d.Entry.Id), d)).ToArray(),
            _bytes.StoredPosition,
            watch.Elapsed,
            hasChecksum: damage is null && !_bytes.HasUncheckedContent);
    }

    /// <summary>Damage to the compressed stream is a verdict on the archive; whatever else stops the reader is an error.</summary>
    private VmaCompressionException? WaitFor(Task reading)
    {
        try
        {
            reading.GetAwaiter().GetResult();
            return null;
        }
        catch (VmaCompressionException exception)
        {
            exception.Path ??= _archive.Path;
            return exception;
        }
        catch (VmaException exception)
        {
            exception.Path ??= _archive.Path;
            ExceptionDispatchInfo.Capture(exception).Throw();
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
