using System;
using System.Collections.Generic;
using System.IO;
using System.Security;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools;

/// <summary>
/// What locked volumes are opened with: passphrases, recovery keys, key files. Each is tried on every volume that is encrypted. What is
/// added is copied, and wiped when this is disposed.
/// </summary>
public sealed class VolumeSecrets : IDisposable
{
    /// <summary>Bytes that a key file has at most.</summary>
    public const int MaxKeyFileSize = 8 << 20;

    private readonly List<VolumeSecret> _secrets = [];

    /// <summary>Argon2 for LUKS2; null where there is none, and what needs it stays locked.</summary>
    public Argon2Function? Argon2 { get; init; }

    /// <summary>How many bytes of memory can be had: what costs more than that is not begun.</summary>
    internal Func<long> MemoryLeft { get; init; } = FreeMemory.Read;

    /// <summary>The secrets in the order in which they are tried.</summary>
    internal IReadOnlyList<VolumeSecret> All => _secrets;

    /// <summary>Adds a passphrase.</summary>
    public void AddPassphrase(SecureString passphrase) =>
        _secrets.Add(new VolumeSecret(VolumeKeyProtector.Passphrase) { Text = Secret.Copy(passphrase ?? throw new ArgumentNullException(nameof(passphrase))) });

    /// <summary>Adds a passphrase.</summary>
    public void AddPassphrase(ReadOnlySpan<char> passphrase) => _secrets.Add(new VolumeSecret(VolumeKeyProtector.Passphrase) { Text = Secret.Copy(passphrase) });

    /// <summary>Adds a recovery key, as it was printed: the 48 digits of BitLocker, or what systemd gave for LUKS.</summary>
    public void AddRecoveryKey(SecureString recoveryKey) =>
        _secrets.Add(new VolumeSecret(VolumeKeyProtector.RecoveryKey) { Text = Secret.Copy(recoveryKey ?? throw new ArgumentNullException(nameof(recoveryKey))) });

    /// <summary>Adds a recovery key, as it was printed: the 48 digits of BitLocker, or what systemd gave for LUKS.</summary>
    public void AddRecoveryKey(ReadOnlySpan<char> recoveryKey) => _secrets.Add(new VolumeSecret(VolumeKeyProtector.RecoveryKey) { Text = Secret.Copy(recoveryKey) });

    /// <summary>Adds what is in a key file: for LUKS all of its bytes, for BitLocker a startup key (.BEK).</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VmaException">It is empty, or too large to be one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void AddKeyFile(string path)
    {
        using FileStream file = new(path ?? throw new ArgumentNullException(nameof(path)), FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        byte[] bytes = Secret.Bytes(MaxKeyFileSize + 1);
        int length = 0;
        int read;
        while (length < bytes.Length && (read = file.Read(bytes, length, bytes.Length - length)) > 0)
        {
            length += read;
        }

        byte[] content = Secret.Bytes(length);
        Array.Copy(bytes, content, length);
        Secret.Wipe(bytes);
        if (length is 0 or > MaxKeyFileSize)
        {
            Secret.Wipe(content);
            throw new VmaException(VmaCodes.KeyFileInvalid, length == 0 ? "The key file is empty." : $"A key file has at most {MaxKeyFileSize} bytes.", path);
        }

        _secrets.Add(new VolumeSecret(VolumeKeyProtector.KeyFile) { Bytes = content });
    }

    /// <summary>A copy with a life of its own.</summary>
    internal VolumeSecrets Copy()
    {
        VolumeSecrets copy = new() { Argon2 = Argon2 };
        foreach (VolumeSecret secret in _secrets)
        {
            copy._secrets.Add(secret.Copy());
        }

        return copy;
    }

    /// <summary>Wipes the secrets.</summary>
    public void Dispose()
    {
        _secrets.ForEach(static s => s.Dispose());
        _secrets.Clear();
    }
}
