using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Threading;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.BitLocker;

/// <summary>What BitLocker makes of a passphrase or recovery key: SHA-256, a million times.</summary>
internal static class StretchedKey
{
    private const int Count = 0x100000;
    private const int HashSize = 32;

    /// <summary>The key, which whoever calls wipes.</summary>
    /// <param name="start">The digest that it begins with.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static byte[] Derive(ReadOnlySpan<byte> start, byte[] salt, CancellationToken cancellationToken)
    {
        // 0 last digest   32 first digest   64 salt   80 count u64
        byte[] block = Secret.Bytes(88);
        start.CopyTo(block.AsSpan(HashSize));
        salt.CopyTo(block, 2 * HashSize);
#if NETSTANDARD2_0
        using SHA256 hash = SHA256.Create();
#endif
        for (int i = 0; i < Count; i++)
        {
            if (i % 65_536 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(80), i);
#if NETSTANDARD2_0
            hash.ComputeHash(block).CopyTo(block, 0);
#else
            SHA256.HashData(block, block);
#endif
        }

        byte[] key = Secret.Bytes(HashSize);
        Array.Copy(block, key, HashSize);
        Secret.Wipe(block);
        return key;
    }
}
