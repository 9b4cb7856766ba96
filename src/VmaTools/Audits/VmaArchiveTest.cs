using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Archives;
using VmaTools.Audits;

namespace VmaTools;

/// <summary>Tests archives. A bad archive is a verdict; only what prevents a verdict is an exception.</summary>
public static class VmaArchiveTest
{
    /// <summary>Tests the archive in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="structureOnly">Whether to hop from extent header to extent header without reading data, where that is possible.</param>
    /// <param name="progress">Hears how far the test has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="VmaException">The file changed between two looks at it, before there was anything to judge.</exception>
    public static VmaTestResult Run(
        string path,
        bool structureOnly = false,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Run(System.IO.Path.GetFullPath(path), () => VmaArchive.Open(path), structureOnly, progress, cancellationToken);

    /// <summary>Tests the archive in a stream, which is left open.</summary>
    /// <inheritdoc cref="Run(string, bool, IProgress{VmaProgress}, CancellationToken)"/>
    public static VmaTestResult Run(
        Stream stream,
        bool structureOnly = false,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Run(null, () => VmaArchive.Open(stream, leaveOpen: true), structureOnly, progress, cancellationToken);

    private static VmaTestResult Run(
        string? path,
        Func<VmaArchive> open,
        bool structureOnly,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        VmaArchive archive;
        try
        {
            archive = open();
        }
        catch (VmaException exception) when (exception is VmaFormatException or VmaCompressionException)
        {
            FindingLog log = new();
            log.Add(new VmaFinding(exception.Code, VmaSeverity.Error, exception.Sentence, exception.Offset));
            return new VmaTestResult(path, log.Kept, log.Counts, [], VmaDataProof.None, 0, watch.Elapsed);
        }

        using (archive)
        {
            return structureOnly && archive.Source.CanReadAnywhere
                ? TestStructure(archive, watch, progress, cancellationToken)
                : TestAll(archive, progress, cancellationToken);
        }
    }

    private static VmaTestResult TestAll(VmaArchive archive, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        VmaPassResult pass = archive.ReadForward([], progress, cancellationToken);
        VmaFinding[] warnings = [.. ConfigAudit.Check(archive)];
        return new VmaTestResult(
            pass.Path,
            [.. pass.Findings, .. warnings],
            ConfigAudit.Count(pass.FindingCounts, warnings),
            [.. pass.Devices.Select(static d => new VmaTestedDevice(d.Device, d.IsWhole, d.StoredBytes, d.ZeroBytes, d.MissingBytes))],
            pass.HasChecksum ? VmaDataProof.Checksum : VmaDataProof.None,
            pass.BytesRead,
            pass.Duration);
    }

    private static VmaTestResult TestStructure(
        VmaArchive archive, Stopwatch watch, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        ClusterMap map = ClusterMap.Build(archive.Header, archive.Source, progress, cancellationToken);
        FindingLog log = new();
        foreach (VmaFinding finding in archive.HeaderFindings.Concat(map.Findings.Kept))
        {
            log.Add(finding);
        }

        VmaFinding[] warnings = [.. ConfigAudit.Check(archive)];
        Dictionary<string, long> counts = map.Findings.Counts.Concat(archive.Header.Findings.Counts)
            .GroupBy(static c => c.Key)
            .ToDictionary(static g => g.Key, static g => g.Sum(static c => c.Value));
        return new VmaTestResult(
            archive.Path,
            [.. log.Kept, .. warnings],
            ConfigAudit.Count(counts, warnings),
            [.. archive.Devices.Select(d => new VmaTestedDevice(
                d, map[d.Id].FirstError is null, map[d.Id].StoredBytes, map[d.Id].ZeroBytes, map[d.Id].MissingBytes))],
            VmaDataProof.None,
            archive.StoredLength ?? 0,
            watch.Elapsed);
    }
}
