using System;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>AES of single blocks by the platform, from any thread. The key is wiped when it is disposed.</summary>
internal sealed class AesBlocks : IDisposable
{
    public const int BlockSize = 16;

    private readonly Aes _aes;
    private readonly ConcurrentBag<ICryptoTransform> _encryptors = [];
    private readonly ConcurrentBag<ICryptoTransform> _decryptors = [];

    /// <param name="key">16, 24 or 32 bytes, which are copied.</param>
    public AesBlocks(ReadOnlySpan<byte> key)
    {
        byte[] copy = Secret.Bytes(key.Length);
        try
        {
            key.CopyTo(copy);
            _aes = Aes.Create();

            // Blocks only: the modes that disks are encrypted with are made of them.
#pragma warning disable CA5358
            _aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
            _aes.Padding = PaddingMode.None;
            _aes.Key = copy;
        }
        finally
        {
            Secret.Wipe(copy);
        }
    }

    /// <summary>Encrypts whole blocks in place.</summary>
    public void Encrypt(byte[] data, int offset, int count) => Run(_encryptors, _aes.CreateEncryptor, data, offset, count);

    /// <summary>Decrypts whole blocks in place.</summary>
    public void Decrypt(byte[] data, int offset, int count) => Run(_decryptors, _aes.CreateDecryptor, data, offset, count);

    public void Dispose()
    {
        foreach (ConcurrentBag<ICryptoTransform> kept in new[] { _encryptors, _decryptors })
        {
            while (kept.TryTake(out ICryptoTransform? transform))
            {
                transform.Dispose();
            }
        }

        _aes.Dispose();
    }

    private static void Run(ConcurrentBag<ICryptoTransform> kept, Func<ICryptoTransform> create, byte[] data, int offset, int count)
    {
        if (!kept.TryTake(out ICryptoTransform? transform))
        {
            transform = create();
        }

        transform.TransformBlock(data, offset, count, data, offset);
        kept.Add(transform);
    }
}
