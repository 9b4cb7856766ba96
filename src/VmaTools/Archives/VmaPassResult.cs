using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Extents;

namespace VmaTools;

/// <summary>What a pass over an archive found out.</summary>
public sealed class VmaPassResult
{
    internal VmaPassResult(
        string? path,
        FindingLog log,
        IReadOnlyList<VmaDeviceResult> devices,
        long bytesRead,
        TimeSpan duration,
        bool hasChecksum)
    {
        ArchivePath = path;
        Findings = log.Kept;
        FindingCounts = log.Counts;
        Devices = devices;
        BytesRead = bytesRead;
        Duration = duration;
        HasChecksum = hasChecksum;
    }

    /// <summary>Full path of the archive, or null for a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>What is wrong or odd with the archive, header included: the first 100 of each code.</summary>
    public IReadOnlyList<VmaFinding> Findings { get; }

    /// <summary>How many findings of each code there were, also those not listed.</summary>
    public IReadOnlyDictionary<string, long> FindingCounts { get; }

    /// <summary>What came of each device.</summary>
    public IReadOnlyList<VmaDeviceResult> Devices { get; }

    /// <summary>Stored bytes read.</summary>
    public long BytesRead { get; }

    /// <summary>How long the pass took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>True where a compressor's checksums guard every byte of the archive, and all matched.</summary>
    public bool HasChecksum { get; }

    /// <summary>The index that the pass left or found, where <see cref="VmaOpenOptions.NewIndexPath"/> asked for one; else null.</summary>
    public VmaIndex? NewIndex { get; internal init; }

    /// <summary>Why there is no index although one was asked for; else null.</summary>
    public VmaException? NewIndexError { get; internal init; }

    /// <summary>True where nothing is wrong: no finding of severity Error.</summary>
    public bool IsValid => !Findings.Any(static f => f.IsError);
}

/// <summary>What came of one device in a pass.</summary>
public sealed class VmaDeviceResult
{
    private readonly VmaFinding? _damage;

    /// <summary>What came of a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="progress">What is known of it.</param>
    /// <param name="damage">The first error in the archive that names no device: what is missing of a device went with it.</param>
    internal VmaDeviceResult(VmaDevice device, DeviceProgress progress, VmaFinding? damage)
    {
        _damage = progress.FirstError is { Code: VmaCodes.ClusterMissing } ? damage : null;
        Device = device;
        Length = progress.Length;
        StoredBytes = progress.StoredBytes;
        ZeroBytes = progress.ZeroBytes;
        ZeroBlockBytes = progress.ZeroBlockBytes;
        MissingBytes = progress.MissingBytes;
        FirstError = progress.FirstError;
        IsOnlyUnproven = progress.IsOnlyUnproven;
        Clusters = progress.Seen.Count;
        ZeroClusters = progress.ZeroClusters;
    }

    /// <summary>The device.</summary>
    public VmaDevice Device { get; }

    /// <summary>True where every cluster came exactly once and nothing that was found concerns the device.</summary>
    public bool IsWhole => FirstError is null;

    /// <summary>
    /// True where every cluster came exactly once and all that is wrong is that the compressed stream is damaged, or ends badly, and
    /// no checksum of it covers the device.
    /// </summary>
    public bool IsOnlyUnproven { get; }

    /// <summary>Bytes the device has: its size, or for a vmstate more where more is stored.</summary>
    public long Length { get; }

    /// <summary>Bytes of the device that the archive stores.</summary>
    public long StoredBytes { get; }

    /// <summary>Bytes of the device that are zero and not stored.</summary>
    public long ZeroBytes { get; }

    /// <summary>Bytes of the blocks that came as zeros, as Proxmox counts them: of a vmstate those behind its end, too.</summary>
    public long ZeroBlockBytes { get; }

    /// <summary>Bytes of the device that never came.</summary>
    public long MissingBytes { get; }

    /// <summary>Clusters (64 KiB each) that came, zero ones included.</summary>
    public long Clusters { get; }

    /// <summary>Clusters that came with no block stored.</summary>
    public long ZeroClusters { get; }

    /// <summary>The first error that concerns the device, or null for a whole one.</summary>
    public VmaFinding? FirstError { get; }

    /// <summary>The error for a device that is not whole.</summary>
    /// <param name="outcome">What that means, as the end of a sentence.</param>
    internal VmaException NotWhole(string outcome)
    {
        long intact = StoredBytes + ZeroBytes;
        string what = IsOnlyUnproven
            ? $"All of the device came, but no checksum covers it in a stream that is damaged, so that it {outcome}, unless unproven bytes are allowed."
            : $"The device did not come whole out of the archive and {outcome}: {intact} bytes of it came, {MissingBytes} are missing.";
        return NotWholeSentence(what);
    }

    /// <summary>The same error, with a sentence of somebody else's in front of the cause.</summary>
    internal VmaException NotWholeSentence(string what)
    {
        VmaFinding cause = FirstError!;
        return new VmaException(
            VmaCodes.DeviceNotWhole,
            $"{what} {cause.Code}: {cause.Message}{(_damage is null ? string.Empty : $" It went with this: {_damage.Code}: {_damage.Message}")}",
            Device.ArchivePath,
            cause.Offset ?? _damage?.Offset,
            Device.Name);
    }
}
