using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;
using VmaTools.Restores;

namespace VmaTools;

/// <summary>
/// Tests how far a restore would come, without restoring: is the archive valid, are partitions and file systems sound, are the system's own
/// files there, and, where it is asked for, does the guest start. Nothing is written to the archive or beside it.
/// </summary>
public static class VmaRestoreTest
{
    /// <summary>Tests the archive in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How; null for everything but starting the guest.</param>
    /// <param name="progress">Hears how far reading the archive has come.</param>
    /// <param name="cancellationToken">Ends it early, the guest with it.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="VmaException">The file changed meanwhile; or it cannot be held against the manifest.</exception>
    public static VmaRestoreTestResult Run(
        string path,
        VmaRestoreTestOptions? options = null,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new VmaRestoreTestOptions();
        return Run(
            VmaArchiveTest.Run(path, OfArchive(options), progress, cancellationToken), () => VmaArchive.Open(path, options.Open), options, progress, cancellationToken);
    }

    /// <summary>Tests the archive in a stream that can seek, which is left open.</summary>
    /// <param name="stream">The stream; the archive begins where it stands. A compressed one needs its index (<see cref="VmaOpenOptions.IndexStream"/>).</param>
    /// <param name="options">How; null for everything but starting the guest.</param>
    /// <param name="progress">Hears how far reading the archive has come.</param>
    /// <param name="cancellationToken">Ends it early, the guest with it.</param>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="VmaException">The stream cannot seek; or the archive cannot be held against the manifest.</exception>
    public static VmaRestoreTestResult Run(
        Stream stream,
        VmaRestoreTestOptions? options = null,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (stream is null)
        {
            throw new ArgumentNullException(nameof(stream));
        }

        if (!stream.CanSeek)
        {
            throw new VmaException(VmaCodes.SourceNotSeekable, "A test of a restore reads the archive more than once: the stream must be one that can seek.");
        }

        options ??= new VmaRestoreTestOptions();
        long start = stream.Position;
        VmaTestResult test = VmaArchiveTest.Run(stream, OfArchive(options), progress, cancellationToken);
        stream.Position = start;
        return Run(test, () => VmaArchive.Open(stream, leaveOpen: true, options.Open), options, progress, cancellationToken);
    }

    private static VmaTestOptions OfArchive(VmaRestoreTestOptions options) => new() { Manifest = options.Manifest, Open = options.Open };

    private static VmaRestoreTestResult Run(
        VmaTestResult test, Func<VmaArchive> open, VmaRestoreTestOptions options, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        FindingLog findings = new();
        findings.Add(test.Findings, test.FindingCounts);
        string volumes = VmaGradeOutcome.NotTried;
        string system = VmaGradeOutcome.NotTried;
        string boot = VmaGradeOutcome.NotTried;
        List<VmaInstalledSystem> systems = [];
        VmaBootRun? run = null;

        // What is damaged may lose any cluster: whatever is read of the rest proves nothing.
        if (test.IsValid)
        {
            using VmaArchive archive = open();
            using (VmaGuest guest = VmaGuest.Open(archive, progress: progress, cancellationToken: cancellationToken))
            {
                volumes = VolumesGrade.Judge(guest, findings, cancellationToken);
                system = SystemGrade.Judge(guest, systems, findings, cancellationToken);
            }

            if (options.Boot is not null)
            {
                boot = BootGrade.Judge(archive, options.Boot, findings, out run, cancellationToken);
            }
        }

        return new VmaRestoreTestResult(test, findings)
        {
            VolumeOutcome = volumes,
            SystemOutcome = system,
            BootOutcome = boot,
            IsBootAsked = options.Boot is not null,
            Systems = systems.AsReadOnly(),
            BootRun = run,
            Duration = test.Duration + watch.Elapsed,
        };
    }
}
