using System.Threading;

namespace VmaTools;

/// <summary>What Argon2 is to do.</summary>
/// <param name="Variant"><c>argon2i</c> or <c>argon2id</c>.</param>
/// <param name="Passes">Passes over the memory.</param>
/// <param name="MemoryKiB">The memory, in KiB.</param>
/// <param name="Lanes">Lanes that may be computed at the same time.</param>
/// <param name="Length">Bytes of the key.</param>
public sealed record Argon2Work(string Variant, int Passes, int MemoryKiB, int Lanes, int Length);

/// <summary>
/// Argon2, by which LUKS2 makes keys of passphrases. The engine has none of its own: <c>VmaTools.Argon2</c> brings one.
/// </summary>
public abstract class Argon2Function
{
    /// <summary>Makes a key of a passphrase.</summary>
    /// <param name="work">How; it is within what is allowed of memory and time.</param>
    /// <param name="passphrase">The passphrase; whoever calls wipes it.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="cancellationToken">Ends it before it begins, or in between.</param>
    /// <returns>The key, which whoever calls wipes.</returns>
    /// <exception cref="VmaException">It cannot be done here.</exception>
    public abstract byte[] Derive(Argon2Work work, byte[] passphrase, byte[] salt, CancellationToken cancellationToken);
}
