using System;
using System.Threading;
using Konscious.Security.Cryptography;

namespace VmaTools;

/// <summary>Argon2 by Konscious.Security.Cryptography.Argon2.</summary>
public sealed class KonsciousArgon2 : Argon2Function
{
    /// <inheritdoc/>
    public override byte[] Derive(Argon2Work work, byte[] passphrase, byte[] salt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        cancellationToken.ThrowIfCancellationRequested();
        using Argon2 argon2 = work.Variant switch
        {
            "argon2i" => new Argon2i(passphrase),
            "argon2id" => new Argon2id(passphrase),
            _ => throw new ArgumentException($"{work.Variant} is none of what LUKS2 uses.", nameof(work)),
        };
        argon2.Salt = salt;
        argon2.Iterations = work.Passes;
        argon2.MemorySize = work.MemoryKiB;
        argon2.DegreeOfParallelism = work.Lanes;
        return argon2.GetBytes(work.Length);
    }
}
