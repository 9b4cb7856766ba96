using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Digests;

namespace VmaTools;

/// <summary>What is digested, and how.</summary>
public sealed class VmaHashOptions
{
    /// <summary>The algorithms, constants of <see cref="VmaHashAlgorithm"/>; all work in the same pass.</summary>
    public IReadOnlyList<string> Algorithms { get; init; } = [VmaHashAlgorithm.Sha256];

    /// <summary>Whether the archive is digested too, as it is stored.</summary>
    public bool IncludeArchive { get; init; }

    /// <summary>
    /// A folder for a scratch file, used where clusters come far out of order in a pipe or a compressed archive. Without it a
    /// compressed file is read again by its index.
    /// </summary>
    public string? SpillPath { get; init; }

    /// <summary>How the archive is opened; null for the defaults.</summary>
    public VmaOpenOptions? Open { get; init; }

    /// <summary>Bytes of memory for clusters that come too early.</summary>
    internal long LookAhead { get; init; } = Digests.LookAhead.DefaultLimit;
}

/// <summary>Digests of devices: those of the raw disks that an export would write.</summary>
public static class VmaHashing
{
    /// <summary>Digests devices of the archive in a file, all in one pass.</summary>
    /// <param name="path">The file.</param>
    /// <param name="select">Chooses the devices; null for all.</param>
    /// <param name="options">How; null for SHA-256.</param>
    /// <param name="progress">Hears how far the pass has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">The archive cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VmaHashResult Run(
        string path,
        Func<VmaDevice, bool>? select = null,
        VmaHashOptions? options = null,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Run(_ => VmaArchive.Open(path, options?.Open), select, options ?? new VmaHashOptions(), progress, cancellationToken);

    /// <summary>Digests devices of the archive in a stream, which is left open.</summary>
    /// <inheritdoc cref="Run(string, Func{VmaDevice, bool}, VmaHashOptions, IProgress{VmaProgress}, CancellationToken)"/>
    public static VmaHashResult Run(
        Stream stream,
        Func<VmaDevice, bool>? select = null,
        VmaHashOptions? options = null,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Run(tap => VmaArchive.Open(stream, leaveOpen: true, options?.Open, tap), select, options ?? new VmaHashOptions(), progress, cancellationToken);

    /// <summary>Digests a stream to its end, such as that of a partition, by any number of algorithms at a time.</summary>
    /// <param name="stream">The stream. It is left open.</param>
    /// <param name="algorithms">Constants of <see cref="VmaHashAlgorithm"/>.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The digests in upper-case hexadecimal, in the order of the algorithms.</returns>
    public static IReadOnlyList<string> Digest(Stream stream, IReadOnlyList<string> algorithms, CancellationToken cancellationToken = default)
    {
        using DigestWorker worker = new(algorithms, cancellationToken);
        using DigestStream digest = new(worker);
        byte[] buffer = new byte[DigestWorker.BufferSize];
        int read;
        while ((read = stream.Read(buffer, 0, buffer.Length)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            digest.Append(buffer.AsSpan(0, read));
        }

        digest.Flush();
        worker.Finish();
        return digest.Results();
    }

    private static VmaHashResult Run(
        Func<ArchiveDigest?, VmaArchive> open,
        Func<VmaDevice, bool>? select,
        VmaHashOptions options,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        using HashPass hashes = new(options, cancellationToken);
        using VmaArchive archive = hashes.Open(open);
        HashSink sink = hashes.SinkFor(archive.Devices.Where(d => select is null || select(d)), isAlone: true);
        VmaPassResult pass = archive.ReadForward([sink], progress, cancellationToken);
        return hashes.Conclude(archive, pass);
    }
}

/// <summary>Digests, and what was found out about the archive on the way.</summary>
public sealed class VmaHashResult
{
    internal VmaHashResult(VmaPassResult pass, IReadOnlyList<VmaHash> hashes, IReadOnlyList<VmaException> errors)
    {
        Pass = pass;
        Hashes = hashes;
        Errors = errors;
    }

    /// <summary>What was found out about the archive.</summary>
    public VmaPassResult Pass { get; }

    /// <summary>The digests, device by device, those of the archive itself last.</summary>
    public IReadOnlyList<VmaHash> Hashes { get; }

    /// <summary>Why devices have no digest.</summary>
    public IReadOnlyList<VmaException> Errors { get; }
}
