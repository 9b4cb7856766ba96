using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.BitLocker;

/// <summary>A volume that BitLocker encrypts: each way to open it has the master key, which has the key for the content.</summary>
internal sealed class BitLockerVolume : LockedVolume
{
    public const int MasterKeySize = 32;

    // In front of a key that was decrypted: 0 size u16   8 method u32   12 key
    private const int KeyAt = 12;

    private readonly DiskBytes _disk;
    private readonly FveMetadata _metadata;
    private int _mistyped;

    private BitLockerVolume(DiskBytes disk, FveMetadata metadata)
    {
        _disk = disk;
        _metadata = metadata;
        Facts = new VolumeLock(
            "BitLocker", CipherOf(metadata.Method), metadata.Id.ToString("D", CultureInfo.InvariantCulture), null, metadata.MasterKeys.Select(static k => k.Protector).ToArray());
    }

    public override VolumeLock Facts { get; }

    public override string Needs
    {
        get
        {
            string[] ways = Ways().ToArray();
            string mistyped = _mistyped == 0 ? string.Empty : $" Group {_mistyped} of the recovery key that was given is mistyped.";
            bool hasTpm = Facts.Protectors.Any(static p => p.Kind == VolumeKeyProtector.Tpm);
            string tpm = hasTpm ? " The machine's TPM, which opens it by itself, is not in the backup." : string.Empty;
            return ways.Length == 0
                ? $"Nothing that could be given here opens it ({string.Join("; ", Facts.Protectors)}).{tpm}"
                : $"What opens it is {string.Join(", or ", ways)}.{tpm}{mistyped}";
        }
    }

    /// <summary>Reads the metadata of a volume whose signature was seen.</summary>
    /// <exception cref="VmaFileSystemException">They are damaged, or of a version that is not read.</exception>
    public static BitLockerVolume Read(DiskBytes disk)
    {
        List<string> warnings = [];
        BitLockerVolume volume = new(disk, FveMetadata.Read(disk, warnings));
        warnings.ForEach(w => volume.Warn(VmaCodes.VolumeDamaged, w));
        return volume;
    }

    public override DiskBytes? Open(VolumeSecrets secrets, CancellationToken cancellationToken)
    {
        if (_metadata.Refusal is string refusal)
        {
            throw new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"The volume {refusal}.");
        }

        if (_metadata.VolumeKey is null)
        {
            throw FveMetadata.Damaged("the key for its content is missing");
        }

        foreach (FveMasterKey way in _metadata.MasterKeys.OrderBy(static k => k.Protector.Kind != VolumeKeyProtector.ClearKey))
        {
            foreach (byte[] key in Keys(way, secrets, cancellationToken))
            {
                byte[]? master = way.Encrypted?.Decrypt(key);
                Secret.Wipe(key);
                if (master is not null)
                {
                    return Open(way, master);
                }
            }
        }

        return null;
    }

    private IEnumerable<string> Ways()
    {
        foreach (IGrouping<string, VolumeKeyProtector> kind in Facts.Protectors.GroupBy(static p => p.Kind))
        {
            string ids = string.Join(" or ", kind.Select(static p => p.Id));
            string? way = kind.Key switch
            {
                VolumeKeyProtector.RecoveryKey => $"the recovery key (48 digits) with the id {ids}",
                VolumeKeyProtector.Passphrase => "a passphrase",
                VolumeKeyProtector.KeyFile => $"the startup key {string.Join(" or ", kind.Select(static p => p.Id + ".BEK"))}",
                _ => null,
            };
            if (way is not null)
            {
                yield return way;
            }
        }
    }

    /// <summary>The keys that secrets give for one of the ways; each is wiped by whoever takes it.</summary>
    private IEnumerable<byte[]> Keys(FveMasterKey way, VolumeSecrets secrets, CancellationToken cancellationToken)
    {
        if (way.Protector.Kind == VolumeKeyProtector.ClearKey && way.ClearKey is not null)
        {
            yield return (byte[])way.ClearKey.Clone();
        }

        foreach (VolumeSecret secret in secrets.All)
        {
            if (KeyOf(way, secret, cancellationToken) is byte[] key)
            {
                yield return key;
            }
        }
    }

    private byte[]? KeyOf(FveMasterKey way, VolumeSecret secret, CancellationToken cancellationToken)
    {
        switch (way.Protector.Kind)
        {
            case VolumeKeyProtector.Passphrase when secret.Text is not null && way.Salt is not null:
                byte[] text = Secret.Encode(secret.Text, Encoding.Unicode);
                return Stretch(Twice(text), way.Salt, cancellationToken);
            case VolumeKeyProtector.RecoveryKey when secret.Text is not null && way.Salt is not null:
                byte[]? digits = RecoveryKeyText.Parse(secret.Text, out int wrong);
                _mistyped = wrong == 0 ? _mistyped : wrong;
                return digits is null ? null : Stretch(Once(digits), way.Salt, cancellationToken);
            case VolumeKeyProtector.KeyFile when secret.Bytes is not null && StartupKeyFile.Find(secret.Bytes, way.Id) is ReadOnlyMemory<byte> found:
                byte[] key = Secret.Bytes(found.Length);
                found.Span.CopyTo(key);
                return key;
            default:
                return null;
        }
    }

    private static byte[] Stretch(byte[] start, byte[] salt, CancellationToken cancellationToken)
    {
        try
        {
            return StretchedKey.Derive(start, salt, cancellationToken);
        }
        finally
        {
            Secret.Wipe(start);
        }
    }

    /// <summary>The digest of a secret, which is wiped.</summary>
    private static byte[] Once(byte[] secret)
    {
        byte[] digest = KeyHash.Find("sha256")!.Compute(secret);
        Secret.Wipe(secret);
        return digest;
    }

    private static byte[] Twice(byte[] secret) => Once(Once(secret));

    private BitLockerContent Open(FveMasterKey way, byte[] master)
    {
        byte[]? content = null;
        try
        {
            if (master.Length != KeyAt + MasterKeySize)
            {
                throw FveMetadata.Damaged("the master key has another length");
            }

            byte[] key = Secret.Bytes(MasterKeySize);
            Array.Copy(master, KeyAt, key, 0, MasterKeySize);
            try
            {
                if (!_metadata.IsProvedBy(key))
                {
                    throw FveMetadata.Damaged("their digest, which the master key has, does not fit");
                }

                content = _metadata.VolumeKey!.Decrypt(key);
            }
            finally
            {
                Secret.Wipe(key);
            }

            if (content is null)
            {
                throw FveMetadata.Damaged("the master key does not open the key for the content");
            }

            CheckPlaces();
            DecryptedDiskBytes decrypted = Decrypt(content.AsSpan(Math.Min(KeyAt, content.Length)));
            Facts.OpenedBy = way.Protector;
            if (way.Protector.Kind == VolumeKeyProtector.ClearKey)
            {
                Warn(VmaCodes.VolumeKeyInClear, "BitLocker's protection is suspended, or not yet on: the key lies on the volume itself, and no secret is needed.");
            }

            return new BitLockerContent(decrypted, _metadata);
        }
        finally
        {
            Secret.Wipe(master);
            if (content is not null)
            {
                Secret.Wipe(content);
            }
        }
    }

    private void CheckPlaces()
    {
        long unit = _metadata.SectorSize;
        foreach ((long offset, long size) in _metadata.Areas.Select(static a => (a, (long)FveMetadata.AreaSize)).Append((_metadata.HeaderOffset, _metadata.HeaderSize)))
        {
            if (offset <= 0 || size <= 0 || offset % unit != 0 || size % unit != 0 || offset > _disk.Length - size)
            {
                throw FveMetadata.Damaged($"{size} bytes at {offset} do not lie on the volume");
            }
        }

        if (_metadata.HeaderSize > _metadata.Areas.Append(_metadata.HeaderOffset).Min())
        {
            throw FveMetadata.Damaged("the moved sectors would lie over their own places");
        }
    }

    private DecryptedDiskBytes Decrypt(ReadOnlySpan<byte> key)
    {
        int size = _metadata.SectorSize;
        (int needed, Func<byte[], SectorCipher>? create, bool isXts) = _metadata.Method switch
        {
            // The diffuser's key begins in the middle, whatever the length of both.
            0x8000 => (64, k => Cbc(k.AsSpan(0, 16), k.AsSpan(32, 16)), false),
            0x8001 => (64, k => Cbc(k.AsSpan(0, 32), k.AsSpan(32, 32)), false),
            0x8002 => (16, k => Cbc(k, default), false),
            0x8003 => (32, k => Cbc(k, default), false),
            0x8004 => (32, k => new XtsSectorCipher(k, size), true),
            0x8005 => (64, k => new XtsSectorCipher(k, size), true),
            _ => (0, (Func<byte[], SectorCipher>?)null, false),
        };
        if (create is null)
        {
            throw new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"It is encrypted by {CipherOf(_metadata.Method)}, which is not read here.");
        }

        if (key.Length != needed)
        {
            throw FveMetadata.Damaged("the key for the content has another length");
        }

        byte[] copy = Secret.Bytes(key.Length);
        key.CopyTo(copy);
        try
        {
            // Sectors go by their number, but for CBC by the offset of their first byte.
            return new DecryptedDiskBytes(_disk, create(copy), 0, isXts ? 1 : (ulong)size);
        }
        finally
        {
            Secret.Wipe(copy);
        }

        CbcSectorCipher Cbc(ReadOnlySpan<byte> data, ReadOnlySpan<byte> diffuser) => new(data, size, data, diffuser);
    }

    private static string CipherOf(int method) => method switch
    {
        0x8000 => "AES-CBC with diffuser, 128 bits",
        0x8001 => "AES-CBC with diffuser, 256 bits",
        0x8002 => "AES-CBC, 128 bits",
        0x8003 => "AES-CBC, 256 bits",
        0x8004 => "AES-XTS, 128 bits",
        0x8005 => "AES-XTS, 256 bits",
        _ => string.Format(CultureInfo.InvariantCulture, "method 0x{0:x4}", method),
    };
}
