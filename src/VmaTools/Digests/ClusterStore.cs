using System;

namespace VmaTools.Digests;

/// <summary>Where clusters that came too early, and for which memory has no room, come from when it is their turn.</summary>
internal abstract class ClusterStore : IDisposable
{
    /// <summary>Sets bytes of a device aside.</summary>
    public abstract void Keep(long offset, ReadOnlySpan<byte> data);

    /// <summary>Gets bytes of the device, set aside or zero.</summary>
    public abstract void Read(long offset, Span<byte> buffer);

    public virtual void Dispose() => GC.SuppressFinalize(this);
}
