using System;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.Luks;

/// <summary>Ciphers by the names that the kernel gives them: <c>aes-xts-plain64</c>.</summary>
internal static class LuksCipher
{
    private const int SectorUnit = 512;

    // Numbers of sectors that have 32 bits begin anew behind this.
    private const long MaxPlain = (1L << 32) * SectorUnit;

    /// <summary>Why a cipher is not read here, as a sentence; null where it is.</summary>
    /// <param name="name">Cipher, mode and what makes numbers of sectors.</param>
    /// <param name="keySize">Bytes of the key.</param>
    /// <param name="length">Bytes that are encrypted.</param>
    public static string? Refusal(string name, int keySize, long length)
    {
        bool isKeySize = name.StartsWith("aes-xts-", StringComparison.Ordinal) ? keySize is 32 or 64 : keySize is 16 or 24 or 32;
        bool isKnown = name switch
        {
            "aes-xts-plain64" or "aes-cbc-plain64" or "aes-cbc-essiv:sha256" => true,
            "aes-xts-plain" or "aes-cbc-plain" => length <= MaxPlain,
            _ => false,
        };
        return isKnown && isKeySize ? null : $"It is encrypted with {Printable.Short(name)} and a key of {keySize * 8} bits, which is not read here.";
    }

    /// <summary>The cipher of that name; the name and the key's length are of those that are read.</summary>
    public static SectorCipher Create(string name, ReadOnlySpan<byte> key, int sectorSize)
    {
        if (name.StartsWith("aes-xts-", StringComparison.Ordinal))
        {
            return new XtsSectorCipher(key, sectorSize);
        }

        if (!name.EndsWith("-essiv:sha256", StringComparison.Ordinal))
        {
            return new CbcSectorCipher(key, sectorSize);
        }

        byte[] copy = Secret.Bytes(key.Length);
        key.CopyTo(copy);
        byte[] numberKey = KeyHash.Find("sha256")!.Compute(copy);
        try
        {
            return new CbcSectorCipher(key, sectorSize, numberKey);
        }
        finally
        {
            Secret.Wipe(copy);
            Secret.Wipe(numberKey);
        }
    }
}
