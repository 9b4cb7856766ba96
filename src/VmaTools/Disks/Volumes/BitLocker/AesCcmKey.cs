using System;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.BitLocker;

/// <summary>A key that another one encrypts, by AES-CCM (RFC 3610) with a nonce of 12 bytes and a tag of 16.</summary>
internal sealed class AesCcmKey
{
    public const int NonceSize = 12;
    public const int TagSize = 16;
    private const int BlockSize = AesBlocks.BlockSize;

    // A tag of 16 bytes, and a length of three bytes behind the nonce.
    private const byte MacFlags = (8 * ((TagSize - 2) / 2)) + 2;
    private const byte CounterFlags = 2;

    private readonly byte[] _nonce;
    private readonly byte[] _tag;
    private readonly byte[] _data;

    /// <param name="fields">Nonce, tag and what is encrypted.</param>
    public AesCcmKey(ReadOnlySpan<byte> fields)
    {
        _nonce = fields.Slice(0, NonceSize).ToArray();
        _tag = fields.Slice(NonceSize, TagSize).ToArray();
        _data = fields.Slice(NonceSize + TagSize).ToArray();
    }

    /// <summary>What is encrypted, which whoever calls wipes; null where the key is not the right one.</summary>
    public byte[]? Decrypt(byte[] key)
    {
        using AesBlocks aes = new(key);
        byte[] plain = Secret.Bytes(_data.Length);
        byte[] mask = Secret.Bytes(BlockSize);
        for (int at = 0, number = 1; at < plain.Length; at += BlockSize, number++)
        {
            Counter(mask, number);
            aes.Encrypt(mask, 0, BlockSize);
            for (int i = at; i < Math.Min(at + BlockSize, plain.Length); i++)
            {
                plain[i] = (byte)(_data[i] ^ mask[i - at]);
            }
        }

        byte[] mac = Mac(aes, plain);
        Counter(mask, 0);
        aes.Encrypt(mask, 0, BlockSize);
        for (int i = 0; i < TagSize; i++)
        {
            mac[i] ^= mask[i];
        }

        Secret.Wipe(mask);
        if (Secret.AreEqual(mac, _tag))
        {
            return plain;
        }

        Secret.Wipe(plain);
        return null;
    }

    private byte[] Mac(AesBlocks aes, byte[] plain)
    {
        byte[] mac = new byte[BlockSize];
        mac[0] = MacFlags;
        _nonce.CopyTo(mac, 1);
        mac[13] = (byte)(plain.Length >> 16);
        mac[14] = (byte)(plain.Length >> 8);
        mac[15] = (byte)plain.Length;
        aes.Encrypt(mac, 0, BlockSize);
        for (int at = 0; at < plain.Length; at += BlockSize)
        {
            for (int i = at; i < Math.Min(at + BlockSize, plain.Length); i++)
            {
                mac[i - at] ^= plain[i];
            }

            aes.Encrypt(mac, 0, BlockSize);
        }

        return mac;
    }

    private void Counter(byte[] block, int number)
    {
        block[0] = CounterFlags;
        _nonce.CopyTo(block, 1);
        block[13] = (byte)(number >> 16);
        block[14] = (byte)(number >> 8);
        block[15] = (byte)number;
    }
}
