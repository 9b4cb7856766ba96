using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace VmaTools.Digests;

/// <summary>Holds an archive against a manifest, on the side of a pass.</summary>
internal sealed class ManifestCheck : IDisposable
{
    private readonly VmaManifest _manifest;
    private readonly IReadOnlyList<string> _algorithms;
    private readonly CancellationToken _cancellationToken;
    private readonly List<VmaFinding> _findings = [];

    /// <exception cref="VmaException">The manifest has no digest by an algorithm that is known here.</exception>
    public ManifestCheck(VmaManifest manifest, string? spillPath, CancellationToken cancellationToken)
    {
        _manifest = manifest;
        _cancellationToken = cancellationToken;
        string[] named = [.. manifest.Digests.Select(static d => d.Algorithm)];
        if (Array.Find(named, static n => !VmaHashAlgorithm.IsKnown(n)) is string unknown)
        {
            throw new VmaException(VmaCodes.ManifestInvalid, $"The manifest has digests by '{Printable.Short(unknown)}', which is not known here.");
        }

        _algorithms = VmaHashAlgorithm.Normalize(named);
        Hashes = new HashPass(new VmaHashOptions { Algorithms = _algorithms, IncludeArchive = true, SpillPath = spillPath }, cancellationToken);
    }

    public HashPass Hashes { get; }

    /// <summary>True where the manifest proves every byte of every device.</summary>
    public bool IsProven { get; private set; }

    /// <summary>What differs, to be asked for after the pass.</summary>
    /// <exception cref="VmaException">Devices could not be digested, and nothing else proves them.</exception>
    public IReadOnlyList<VmaFinding> Conclude(VmaArchive archive, VmaPassResult pass)
    {
        VmaHashResult result = Hashes.Conclude(archive, pass);
        bool isSameFile = Matches(_manifest.Digests, [.. result.Hashes.Where(static h => h.DeviceId is null)]);

        // The same bytes as stored hold the same devices, also where these could not be digested by themselves.
        VmaException? failure = result.Errors.FirstOrDefault(static e => e.Code != VmaCodes.DeviceNotWhole);
        if (failure is not null && !isSameFile)
        {
            throw failure;
        }

        if (_manifest.Uuid != archive.Uuid)
        {
            Error(VmaCodes.ManifestItemsDiffer, $"The manifest is of another archive: its uuid is {_manifest.Uuid}.");
        }

        CompareDevices(archive, result);
        CompareConfigs(archive);
        IsProven = !_findings.Exists(static f => f.IsError) && (isSameFile || result.Errors.Count == 0);
        if (!isSameFile)
        {
            _findings.Add(new VmaFinding(
                VmaCodes.ManifestMismatch,
                VmaSeverity.Warning,
                IsProven
                    ? "The archive is stored in other bytes than the manifest states, such as after another compression; what it holds is the same."
                    : "The archive is stored in other bytes than the manifest states."));
        }

        return _findings;
    }

    public void Dispose() => Hashes.Dispose();

    private void CompareDevices(VmaArchive archive, VmaHashResult result)
    {
        foreach (VmaManifestItem item in _manifest.Devices)
        {
            VmaDevice? device = archive.FindDevice(item.DeviceId ?? 0);
            if (device is null || device.Name != item.Name)
            {
                Error(VmaCodes.ManifestItemsDiffer, $"The manifest has a device {item.DeviceId} named '{Printable.Short(item.Name)}'; the archive has not.");
                continue;
            }

            VmaHash[] hashes = [.. result.Hashes.Where(h => h.DeviceId == device.DeviceId)];
            if (hashes.Length > 0 && (hashes[0].Size != item.Size || !Matches(item.Digests, hashes)))
            {
                Error(VmaCodes.ManifestMismatch, "The device does not hold what the manifest states.", device);
            }
        }

        foreach (VmaDevice device in archive.Devices.Where(d => !_manifest.Devices.Any(i => i.DeviceId == d.DeviceId)))
        {
            Error(VmaCodes.ManifestItemsDiffer, "The manifest does not have the device.", device);
        }
    }

    private void CompareConfigs(VmaArchive archive)
    {
        List<VmaConfig> rest = [.. archive.Configs];
        foreach (VmaManifestItem item in _manifest.Configs)
        {
            VmaConfig? config = rest.Find(c => c.Name == item.Name);
            if (config is null)
            {
                Error(VmaCodes.ManifestItemsDiffer, $"The manifest has a config named '{Printable.Short(item.Name)}'; the archive has not.");
                continue;
            }

            rest.Remove(config);
            IReadOnlyList<VmaManifestDigest> digests = VmaManifestBuilder.Digest(config.GetBytes(), _algorithms, _cancellationToken);
            if (!Matches(item.Digests, [.. digests.Select(static d => new VmaHash(d.Algorithm, d.Hash, null, null, null, 0))]))
            {
                Error(VmaCodes.ManifestMismatch, $"The config '{Printable.Short(item.Name)}' does not hold what the manifest states.");
            }
        }

        foreach (VmaConfig config in rest)
        {
            Error(VmaCodes.ManifestItemsDiffer, $"The manifest does not have the config '{Printable.Short(config.Name)}'.");
        }
    }

    /// <summary>True where at least one algorithm is in both, and all that are in both agree.</summary>
    private static bool Matches(IReadOnlyList<VmaManifestDigest> stated, IReadOnlyList<VmaHash> found)
    {
        int common = 0;
        foreach (VmaManifestDigest digest in stated)
        {
            VmaHash? hash = found.FirstOrDefault(h => string.Equals(h.Algorithm, digest.Algorithm, StringComparison.OrdinalIgnoreCase));
            if (hash is null)
            {
                continue;
            }

            common++;
            if (!string.Equals(hash.Hash, digest.Hash, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return common > 0;
    }

    private void Error(string code, string message, VmaDevice? device = null) =>
        _findings.Add(new VmaFinding(code, VmaSeverity.Error, message, device: device?.Name, deviceId: device?.DeviceId));
}
