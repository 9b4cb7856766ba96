using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.Luks;

/// <summary>A key that was spread over many stripes, so that all are needed to have it, and losing any loses it.</summary>
internal static class AntiForensicSplit
{
    /// <summary>The key; whoever calls wipes it.</summary>
    /// <param name="stripes">The stripes, one behind the other; at least those that are asked for.</param>
    /// <param name="keySize">Bytes of the key, and of each stripe.</param>
    /// <param name="count">Number of stripes.</param>
    /// <param name="hash">What each is diffused with.</param>
    public static byte[] Merge(byte[] stripes, int keySize, int count, KeyHash hash)
    {
        byte[] key = Secret.Bytes(keySize);
        byte[] block = Secret.Bytes(4 + hash.Size);
        using HashAlgorithm function = hash.Create();
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
            {
                Diffuse(key, block, function);
            }

            for (int at = 0; at < keySize; at++)
            {
                key[at] ^= stripes[(i * keySize) + at];
            }
        }

        Secret.Wipe(block);
        return key;
    }

    /// <summary>Each piece of a digest's size becomes the digest of its number and itself.</summary>
    private static void Diffuse(byte[] key, byte[] block, HashAlgorithm function)
    {
        int size = block.Length - 4;
        for (int at = 0, number = 0; at < key.Length; at += size, number++)
        {
            int length = Math.Min(size, key.Length - at);
            BinaryPrimitives.WriteInt32BigEndian(block, number);
            Array.Copy(key, at, block, 4, length);
            byte[] digest = function.ComputeHash(block, 0, 4 + length);
            Array.Copy(digest, 0, key, at, length);
            Secret.Wipe(digest);
        }
    }
}
