using System;
using System.Collections.Generic;
#if !NETSTANDARD2_0
using System.IO;
#endif
using System.Security;
#if !NETSTANDARD2_0
using System.Threading;
#endif

namespace VmaTools.PowerShell;

/// <summary>What locked volumes are opened with.</summary>
internal static class KeyFunctions
{
    /// <summary>The secrets that a cmdlet was given, or null. A key file that cannot be read ends the command.</summary>
    public static VolumeSecrets? Secrets(VmaCmdlet cmdlet, SecureString[]? passphrases, SecureString[]? recoveryKeys, string[]? keyFiles)
    {
        List<string> files = [.. Array.ConvertAll(keyFiles ?? [], cmdlet.ResolveFile)];
        VolumeSecrets? secrets = null;
        cmdlet.OrStop(keyFiles, () => secrets = Secrets(passphrases, recoveryKeys, files));
        return secrets;
    }

    /// <summary>The secrets, or null where there is none.</summary>
    /// <exception cref="VmaException">A key file is none.</exception>
    /// <exception cref="System.IO.IOException">A key file cannot be read.</exception>
    public static VolumeSecrets? Secrets(SecureString[]? passphrases, SecureString[]? recoveryKeys, IReadOnlyList<string> keyFiles)
    {
        if (passphrases is null && recoveryKeys is null && keyFiles.Count == 0)
        {
            return null;
        }

        VolumeSecrets secrets = new() { Argon2 = Argon2 };
        try
        {
            Array.ForEach(recoveryKeys ?? [], secrets.AddRecoveryKey);
            foreach (string file in keyFiles)
            {
                secrets.AddKeyFile(file);
            }

            Array.ForEach(passphrases ?? [], secrets.AddPassphrase);
            return secrets;
        }
        catch
        {
            secrets.Dispose();
            throw;
        }
    }

#if NETSTANDARD2_0
    /// <summary>The package for Argon2 is not for Windows PowerShell.</summary>
    private static Argon2Function? Argon2 => null;
#else
    private static Argon2Function Argon2 { get; } = new LateArgon2();

    /// <summary>Argon2, loaded when it is first needed: few volumes do.</summary>
    private sealed class LateArgon2 : Argon2Function
    {
        private readonly Lazy<Argon2Function> _function = new(static () =>
            (Argon2Function)Activator.CreateInstance(AdapterContext.Load("VmaTools.Argon2", "argon2", "VmaTools.KonsciousArgon2"))!);

        public override byte[] Derive(Argon2Work work, byte[] passphrase, byte[] salt, CancellationToken cancellationToken)
        {
            try
            {
                return _function.Value.Derive(work, passphrase, salt, cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or BadImageFormatException)
            {
                throw new VmaException(
                    VmaCodes.KeyFunctionMissing, $"Argon2, which belongs to the module, cannot be loaded: {exception.Message}", innerException: exception);
            }
        }
    }
#endif
}
