using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Sources;
using VmaTools.Digests;

namespace VmaTools;

/// <summary>
/// Makes a manifest on the side of a pass that is run for another purpose, such as an export: <see cref="Begin"/> gives a sink for the
/// pass, and <see cref="Conclude"/> the manifest after it.
/// </summary>
public sealed class VmaManifestBuilder : IDisposable
{
    private readonly VmaHashOptions _options;
    private readonly HashPass _hashes;
    private readonly CancellationToken _cancellationToken;
    private VmaArchive? _archive;

    /// <summary>A manifest that is to be made.</summary>
    /// <param name="options">The algorithms, and where digests may spill to; null for SHA-256.</param>
    /// <param name="cancellationToken">Ends digesting.</param>
    public VmaManifestBuilder(VmaHashOptions? options = null, CancellationToken cancellationToken = default)
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
    internal static IReadOnlyList<VmaManifestDigest> Digest(byte[] data, IReadOnlyList<string> algorithms, CancellationToken cancellationToken)
    {
        using MemoryStream stream = new(data);
        IReadOnlyList<string> known = VmaHashAlgorithm.Normalize(algorithms);
        return VmaHashing.Digest(stream, known, cancellationToken).Select((hash, i) => new VmaManifestDigest(known[i], hash)).ToArray();
    }

    /// <summary>Opens an archive that can be read only once so that its stored bytes are heard.</summary>
    /// <param name="stream">The stream. It is left open.</param>
    /// <param name="options">How to open it.</param>
    /// <exception cref="VmaException">It is no archive.</exception>
    public VmaArchive Open(Stream stream, VmaOpenOptions? options = null) =>
        _hashes.Open(tap => VmaArchive.Open(stream, leaveOpen: true, options, tap));

    /// <summary>Prepares the pass over an archive.</summary>
    /// <param name="archive">The archive; one that is read from a stream comes from <see cref="Open"/>.</param>
    /// <returns>The sink that the pass must have.</returns>
    public VmaSink Begin(VmaArchive archive)
    {
        _archive = archive;
        _hashes.Listen(archive);
        return _hashes.SinkFor(archive.Devices, isAlone: false);
    }

    /// <summary>Makes the manifest after the pass.</summary>
    /// <param name="pass">What became of the pass.</param>
    /// <exception cref="VmaException">The archive is damaged, or its devices cannot be digested.</exception>
    public VmaManifest Conclude(VmaPassResult pass)
    {
        VmaArchive archive = _archive ?? throw new InvalidOperationException("No pass has begun.");
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
            archive.FileName ?? string.Empty,
            result.Hashes[result.Hashes.Count - 1].Size,
            archive.Source is FileSource { Path: { } path } ? File.GetLastWriteTimeUtc(path) : null,
            archive.Compression,
            archive.Uuid,
            DigestsOf(result.Hashes, null),
            archive.Devices.Select(d => new VmaManifestItem(
                d.DeviceId, d.Name, result.Hashes.First(h => h.DeviceId == d.DeviceId).Size, DigestsOf(result.Hashes, d.DeviceId))).ToArray(),
            archive.Configs.Select(c => new VmaManifestItem(
                null, c.Name, c.Size, Digest(c.GetBytes(), _options.Algorithms, _cancellationToken))).ToArray());
    }

    /// <inheritdoc/>
    public void Dispose() => _hashes.Dispose();

    private static VmaManifestDigest[] DigestsOf(IReadOnlyList<VmaHash> hashes, int? id) =>
        hashes.Where(h => h.DeviceId == id).Select(static h => new VmaManifestDigest(h.Algorithm, h.Hash)).ToArray();
}
