using System.Collections.Generic;
using System.Threading;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>A volume that is encrypted, as its metadata tell of it.</summary>
internal abstract class LockedVolume
{
    /// <summary>How it is encrypted, and what opens it.</summary>
    public abstract VolumeLock Facts { get; }

    /// <summary>What is odd about it.</summary>
    public List<(string Code, string Message)> Warnings { get; } = [];

    /// <summary>What is needed to open it, in a sentence.</summary>
    public abstract string Needs { get; }

    /// <summary>Its content, decrypted, or null where none of the secrets opens it.</summary>
    /// <param name="secrets">The secrets; there may be none.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="VmaException">
    /// It is encrypted in a way that is not read here (<see cref="VmaCodes.VolumeNotSupported"/>), damaged
    /// (<see cref="VmaCodes.VolumeDamaged"/>), costs more than is allowed (<see cref="VmaCodes.KeyCostTooHigh"/>) or needs what is not
    /// there (<see cref="VmaCodes.KeyFunctionMissing"/>).
    /// </exception>
    public abstract DiskBytes? Open(VolumeSecrets secrets, CancellationToken cancellationToken);

    protected void Warn(string code, string message) => Warnings.Add((code, message));
}
