using System;

namespace VmaTools;

/// <summary>
/// Listens to a pass over an archive: all that must see the data derives from it. Everything is called on one thread, one
/// call at a time; what a call throws ends the pass.
/// </summary>
public abstract class VmaSink
{
    /// <summary>Whether this sink wants to hear of <paramref name="device"/>. Asked once, before the pass.</summary>
    public virtual bool Wants(VmaDevice device) => true;

    /// <summary>Hears stored bytes of a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="offset">Byte offset on the device, a multiple of 4,096.</param>
    /// <param name="data">
    /// The bytes, valid during the call only; a whole number of 4 KiB blocks, less what lies beyond the device's end. Blocks
    /// that follow each other on the device and in the archive come as one.
    /// </param>
    public virtual void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data)
    {
    }

    /// <summary>Hears that a range of a device is zero.</summary>
    /// <param name="device">The device.</param>
    /// <param name="offset">Byte offset on the device, a multiple of 4,096.</param>
    /// <param name="length">Number of bytes.</param>
    public virtual void OnZeros(VmaDevice device, long offset, long length)
    {
    }

    /// <summary>Hears what is found wrong, when it is found.</summary>
    public virtual void OnFinding(VmaFinding finding)
    {
    }
}
