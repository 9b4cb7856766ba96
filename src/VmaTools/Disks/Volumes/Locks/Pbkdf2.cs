#if NETSTANDARD2_0
using System;
using System.Buffers.Binary;
#endif
using System.Security.Cryptography;
using System.Threading;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>PBKDF2 (RFC 8018).</summary>
internal static class Pbkdf2
{
    // cryptsetup measures for 2 s, which makes 10 million at the most; a header may name any number.
    public const long MaxIterations = 100_000_000;

    /// <summary>Makes a key of a passphrase; whoever calls wipes it. The iterations are within what is allowed.</summary>
    public static byte[] Derive(KeyHash hash, byte[] passphrase, byte[] salt, int iterations, int length, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
#if NETSTANDARD2_0
        // The framework's own knows no hash but SHA-1 there.
#pragma warning disable CA5350
        using HMAC mac = hash.Name.Name switch
        {
            "SHA1" => new HMACSHA1(passphrase),
            "SHA256" => new HMACSHA256(passphrase),
            "SHA384" => new HMACSHA384(passphrase),
            _ => new HMACSHA512(passphrase),
        };
#pragma warning restore CA5350
        byte[] key = Secret.Bytes(length);
        byte[] seed = new byte[salt.Length + 4];
        salt.CopyTo(seed, 0);
        for (int at = 0, block = 1; at < length; at += hash.Size, block++)
        {
            BinaryPrimitives.WriteInt32BigEndian(seed.AsSpan(salt.Length), block);
            byte[] link = mac.ComputeHash(seed);
            byte[] sum = (byte[])link.Clone();
            for (int i = 1; i < iterations; i++)
            {
                if (i % 65_536 == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                byte[] next = mac.ComputeHash(link);
                Secret.Wipe(link);
                link = next;
                for (int j = 0; j < sum.Length; j++)
                {
                    sum[j] ^= link[j];
                }
            }

            Array.Copy(sum, 0, key, at, Math.Min(sum.Length, length - at));
            Secret.Wipe(sum);
            Secret.Wipe(link);
        }

        return key;
#else
        byte[] key = Secret.Bytes(length);
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, key, iterations, hash.Name);
        return key;
#endif
    }
}
