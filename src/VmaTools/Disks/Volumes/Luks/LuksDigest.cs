using System.Threading;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.Luks;

/// <summary>What tells whether a key is the volume's.</summary>
/// <param name="Hash">PBKDF2's hash.</param>
/// <param name="Iterations">Its iterations.</param>
/// <param name="Salt">Its salt.</param>
/// <param name="Value">What it makes of the right key.</param>
internal sealed record LuksDigest(KeyHash Hash, int Iterations, byte[] Salt, byte[] Value)
{
    public bool Fits(byte[] key, CancellationToken cancellationToken) =>
        Secret.AreEqual(Pbkdf2.Derive(Hash, key, Salt, Iterations, Value.Length, cancellationToken), Value);
}
