using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>
/// What stands for an encrypted name where there is no key, the same as Linux shows: in Base64 for URLs the two parts of the name's
/// hash and its bytes, of long ones the first and a digest of the rest.
/// </summary>
internal static class ExtEncryptedName
{
    private const int HashSize = 8;
    private const int MaxBytes = 149;

    public static RawName Encode(ReadOnlySpan<byte> name, uint hash, uint minorHash)
    {
        byte[] head = new byte[HashSize];
        BinaryPrimitives.WriteUInt32LittleEndian(head, hash);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), minorHash);
        byte[] shown = name.Length <= MaxBytes ? [.. head, .. name] : [.. head, .. name.Slice(0, MaxBytes), .. Digest(name.Slice(MaxBytes).ToArray())];
        string text = Convert.ToBase64String(shown).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return RawName.FromUtf16(text.AsSpan());
    }

    private static byte[] Digest(byte[] rest)
    {
        using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(rest);
        return digest.GetHashAndReset();
    }
}
