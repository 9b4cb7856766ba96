using System;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>Decrypts the sectors of a disk, from any thread. Its keys are wiped when it is disposed.</summary>
internal abstract class SectorCipher : IDisposable
{
    protected SectorCipher(int sectorSize) => SectorSize = sectorSize;

    /// <summary>Bytes that are encrypted as one.</summary>
    public int SectorSize { get; }

    /// <summary>Decrypts whole sectors in place.</summary>
    /// <param name="data">What holds them.</param>
    /// <param name="count">Bytes, from the first on: whole sectors.</param>
    /// <param name="number">What the first goes by.</param>
    /// <param name="step">By how much more the next one goes.</param>
    public abstract void Decrypt(byte[] data, int count, ulong number, ulong step);

    public abstract void Dispose();
}
