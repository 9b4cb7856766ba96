using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Archives;
using VmaTools.Audits;
using VmaTools.Digests;

namespace VmaTools;

/// <summary>Tests archives. A bad archive is a verdict; only what prevents a verdict is an exception.</summary>
public static class VmaArchiveTest
{
    /// <summary>Tests the archive in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How; null for a test of everything.</param>
    /// <param name="progress">Hears how far the test has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="VmaException">
    /// The file changed between two looks at it, before there was anything to judge; or it cannot be held against the manifest.
    /// </exception>
    public static VmaTestResult Run(
        string path,
        VmaTestOptions? options = null,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new VmaTestOptions();
        return Run(VmaOpenOptions.FullNameOf(path, options.Open), _ => VmaArchive.Open(path, options.Open), options, progress, cancellationToken);
    }

    /// <summary>Tests the archive in a stream, which is left open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="options">How; null for a test of everything.</param>
    /// <param name="progress">Hears how far the test has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="VmaException">The archive cannot be held against the manifest.</exception>
    public static VmaTestResult Run(
        Stream stream,
        VmaTestOptions? options = null,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new VmaTestOptions();
        return Run(null, tap => VmaArchive.Open(stream, leaveOpen: true, options.Open, tap), options, progress, cancellationToken);
    }

    private static VmaTestResult Run(
        string? path,
        Func<ArchiveDigest?, VmaArchive> open,
        VmaTestOptions options,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (options.StructureOnly && options.Manifest is not null)
        {
            throw new ArgumentException("A manifest proves data; a test of the structure reads none.", nameof(options));
        }

        Stopwatch watch = Stopwatch.StartNew();
        using ManifestCheck? manifest = options.Manifest is null ? null : new ManifestCheck(options.Manifest, options.SpillPath, cancellationToken);
        VmaArchive archive;
        try
        {
            archive = manifest is null ? open(null) : manifest.Hashes.Open(open);
        }
        catch (VmaException exception) when (exception is VmaFormatException or VmaCompressionException)
        {
            FindingLog log = new();
            log.Add(new VmaFinding(exception.Code, VmaSeverity.Error, exception.Sentence, exception.Offset));
            return new VmaTestResult(path, log, [], VmaDataProof.None, 0, watch.Elapsed) { IsForeign = exception.IsForeign };
        }

        using (archive)
        {
            return options.StructureOnly && archive.Source.CanReadAnywhere
                ? TestStructure(archive, watch, progress, cancellationToken)
                : TestAll(archive, manifest, progress, cancellationToken);
        }
    }

    private static VmaTestResult TestAll(
        VmaArchive archive, ManifestCheck? manifest, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        VmaSink[] sinks = manifest is null ? [] : [manifest.Hashes.SinkFor(archive.Devices, isAlone: false)];
        VmaPassResult pass = archive.ReadForward(sinks, progress, cancellationToken);
        FindingLog log = new();
        JudgeName(archive, log);
        log.Add(pass.Findings, pass.FindingCounts);
        HashSet<int> differing = [];
        foreach (VmaFinding finding in manifest?.Conclude(archive, pass) ?? [])
        {
            log.Add(finding);
            if (finding.IsError && finding.DeviceId is int id)
            {
                differing.Add(id);
            }
        }

        JudgeCompleteness(archive, log);
        string proof = pass.HasChecksum ? VmaDataProof.Checksum : VmaDataProof.None;
        return new VmaTestResult(
            pass.ArchivePath,
            log,
            pass.Devices.Select(d => new VmaTestedDevice(
                d.Device, d.IsWhole && !differing.Contains(d.Device.DeviceId), d.StoredBytes, d.ZeroBytes, d.MissingBytes)).ToArray(),
            manifest is { IsProven: true } ? VmaDataProof.Manifest : proof,
            pass.BytesRead,
            pass.Duration)
        {
            NewIndex = pass.NewIndex,
            NewIndexError = pass.NewIndexError,
        };
    }

    /// <summary>Holds the devices against the VM's configuration.</summary>
    private static void JudgeCompleteness(VmaArchive archive, FindingLog log)
    {
        foreach (VmaFinding finding in ConfigAudit.Check(archive))
        {
            log.Add(finding);
        }
    }

    private static VmaTestResult TestStructure(
        VmaArchive archive, Stopwatch watch, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        ClusterMap map = ClusterMap.Build(archive.Header, archive.Source.OpenRandom(), archive.StoredLength, progress, cancellationToken);
        FindingLog log = new();
        JudgeName(archive, log);
        log.Add(archive.Header.Findings.Kept, archive.Header.Findings.Counts);
        log.Add(map.Findings.Kept, map.Findings.Counts);
        bool hasChanged = archive.Source.FindChange() is not null;
        if (hasChanged)
        {
            log.Add(new VmaFinding(VmaCodes.SourceChanged, VmaSeverity.Error, "The archive changed while it was read."));
        }

        JudgeCompleteness(archive, log);
        return new VmaTestResult(
            archive.ArchivePath,
            log,
            archive.Devices.Select(d => new VmaTestedDevice(
                d, map[d.DeviceId].FirstError is null && !hasChanged, map[d.DeviceId].StoredBytes, map[d.DeviceId].ZeroBytes, map[d.DeviceId].MissingBytes)).ToArray(),
            VmaDataProof.None,
            archive.StoredLength ?? 0,
            watch.Elapsed);
    }

    /// <summary>An archive may be sound and yet be refused for its name: better known before the day it is needed.</summary>
    private static void JudgeName(VmaArchive archive, FindingLog log)
    {
        if (archive.ArchivePath is { } path && !BackupFileName.Parse(Sources.RemoteAddress.FileNameOf(path)).IsRestorable)
        {
            log.Add(new VmaFinding(
                VmaCodes.RestoreNameRefused,
                VmaSeverity.Warning,
                $"Proxmox refuses to restore from a file of the name '{Printable.Short(Sources.RemoteAddress.FileNameOf(path))}'; "
                    + "it wants vzdump-qemu-<VMID>-<YYYY_MM_DD>-<HH_MM_SS>.vma, or .vma.zst, .vma.gz, .vma.lzo, .vma.bz2."));
        }
    }
}
