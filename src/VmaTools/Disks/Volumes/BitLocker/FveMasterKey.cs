using System;
using System.Collections.Generic;
using System.Globalization;
using VmaTools.Bytes;
using VmaTools.Disks.Partitions;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.BitLocker;

/// <summary>
/// The volume's master key, encrypted by one of the ways to open it: 0 id   16 time of the last change   26 protection u16   28 entries
/// </summary>
internal sealed class FveMasterKey
{
    private const int HeadSize = 28;
    private const int SaltSize = 16;

    private FveMasterKey(Guid id, int protection)
    {
        Id = id;
        Protector = new VolumeKeyProtector(KindOf(protection), id.ToString("D", CultureInfo.InvariantCulture).ToUpperInvariant(), DetailOf(protection));
    }

    public Guid Id { get; }

    public VolumeKeyProtector Protector { get; }

    /// <summary>The salt of a passphrase or recovery key; null where none is stretched.</summary>
    public byte[]? Salt { get; private init; }

    /// <summary>The key that lies beside it, of a volume whose protection is suspended.</summary>
    public byte[]? ClearKey { get; private init; }

    /// <summary>The master key.</summary>
    public AesCcmKey? Encrypted { get; private init; }

    /// <summary>Reads one; null where it is cut.</summary>
    public static FveMasterKey? Read(FveEntry entry)
    {
        if (entry.Value.Length < HeadSize)
        {
            return null;
        }

        ReadOnlySpan<byte> head = entry.Value.Span;
        byte[]? salt = null;
        byte[]? clear = null;
        AesCcmKey? encrypted = null;
        foreach (FveEntry part in FveEntry.ReadAll(entry.Value.Slice(HeadSize)))
        {
            ReadOnlySpan<byte> value = part.Value.Span;
            switch (part.ValueType)
            {
                // 0 method u32   4 salt, or the key
                case FveEntry.ValueStretchKey when value.Length >= 4 + SaltSize:
                    salt = value.Slice(4, SaltSize).ToArray();
                    break;
                case FveEntry.ValueKey when value.Length == 4 + BitLockerVolume.MasterKeySize:
                    clear = value.Slice(4).ToArray();
                    break;
                case FveEntry.ValueEncryptedKey when value.Length > AesCcmKey.NonceSize + AesCcmKey.TagSize:
                    encrypted = new AesCcmKey(value);
                    break;
                default:
                    break;
            }
        }

        return new FveMasterKey(FieldText.MixedGuid(head), LittleEndian.U16(head, 26)) { Salt = salt, ClearKey = clear, Encrypted = encrypted };
    }

    private static string KindOf(int protection) => protection switch
    {
        0 => VolumeKeyProtector.ClearKey,
        0x200 => VolumeKeyProtector.KeyFile,
        0x800 => VolumeKeyProtector.RecoveryKey,
        0x1000 => VolumeKeyProtector.Certificate,
        0x2000 => VolumeKeyProtector.Passphrase,
        _ when (protection & 0x100) != 0 => VolumeKeyProtector.Tpm,
        _ => VolumeKeyProtector.Other,
    };

    private static string? DetailOf(int protection) => protection switch
    {
        0x100 => "TPM alone",
        0x500 => "TPM and PIN",
        _ when (protection & 0x100) != 0 => string.Format(CultureInfo.InvariantCulture, "TPM and more, 0x{0:x4}", protection),
        _ when KindOf(protection) == VolumeKeyProtector.Other => string.Format(CultureInfo.InvariantCulture, "0x{0:x4}", protection),
        _ => null,
    };
}
