using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;

namespace VmaTools.Digests;

/// <summary>Makes a manifest on the side of a pass that somebody else may run for another purpose.</summary>
internal sealed class ManifestBuilder : IDisposable
{
    private readonly VmaHashOptions _options;
    private readonly HashPass _hashes;
    private readonly CancellationToken _cancellationToken;
    private VmaArchive? _archive;

    public ManifestBuilder(VmaHashOptions? options, CancellationToken cancellationToken)
    {
        _options = new VmaHashOptions
        {
            Algorithms = options?.Algorithms ?? [VmaHashAlgorithm.Sha256],
            IncludeArchive = true,
            SpillPath = options?.SpillPath,
        };
        _cancellationToken = cancellationToken;
        _hashes = new HashPass(_options, cancellationToken);
    }

    /// <summary>Digests the bytes of <paramref name="data"/> by each algorithm.</summary>
    public static IReadOnlyList<VmaManifestDigest> Digest(byte[] data, IReadOnlyList<string> algorithms, CancellationToken cancellationToken)
    {
        using MemoryStream stream = new(data);
        IReadOnlyList<string> known = VmaHashAlgorithm.Normalize(algorithms);
        return VmaHashing.Digest(stream, known, cancellationToken).Select((hash, i) => new VmaManifestDigest(known[i], hash)).ToArray();
    }

    /// <summary>Opens an archive that can be read only once so that its stored bytes are heard.</summary>
    public VmaArchive Open(Stream stream, VmaOpenOptions? options) =>
        _hashes.Open(tap => VmaArchive.Open(stream, leaveOpen: true, options, tap));

    /// <summary>Prepares the pass over an archive.</summary>
    /// <returns>The sink that the pass must have.</returns>
    public VmaSink Begin(VmaArchive archive)
    {
        _archive = archive;
        _hashes.Listen(archive);
        return _hashes.SinkFor(archive.Devices, isAlone: false);
    }

    /// <summary>Makes the manifest after the pass.</summary>
    /// <exception cref="VmaException">The archive is damaged, or its devices cannot be digested.</exception>
    public VmaManifest Conclude(VmaPassResult pass)
    {
        VmaArchive archive = _archive!;
        if (pass.Findings.FirstOrDefault(static f => f.IsError) is { } damage)
        {
            throw new VmaException(
                VmaCodes.ArchiveDamaged,
                $"The archive is damaged; a manifest of it would testify to the damage. {damage.Code}: {damage.Message}",
                archive.ArchivePath,
                damage.Offset,
                damage.Device);
        }

        VmaHashResult result = _hashes.Conclude(archive, pass);
        if (result.Errors.Count > 0)
        {
            throw result.Errors[0];
        }

        return new VmaManifest(
            $"VmaTools {typeof(VmaManifest).Assembly.GetName().Version!.ToString(3)}",
            DateTime.UtcNow,
            Path.GetFileName(archive.ArchivePath) ?? string.Empty,
            result.Hashes[result.Hashes.Count - 1].Size,
            archive.ArchivePath is { } path ? File.GetLastWriteTimeUtc(path) : null,
            archive.Compression,
            archive.Uuid,
            DigestsOf(result.Hashes, null),
            archive.Devices.Select(d => new VmaManifestItem(
                d.Id, d.Name, result.Hashes.First(h => h.Id == d.Id).Size, DigestsOf(result.Hashes, d.Id))).ToArray(),
            archive.Configs.Select(c => new VmaManifestItem(
                null, c.Name, c.Size, Digest(c.GetBytes(), _options.Algorithms, _cancellationToken))).ToArray());
    }

    public void Dispose() => _hashes.Dispose();

    private static VmaManifestDigest[] DigestsOf(IReadOnlyList<VmaHash> hashes, int? id) =>
        hashes.Where(h => h.Id == id).Select(static h => new VmaManifestDigest(h.Algorithm, h.Hash)).ToArray();
}
