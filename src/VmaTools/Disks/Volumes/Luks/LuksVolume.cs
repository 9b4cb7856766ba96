using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.Luks;

/// <summary>A volume that LUKS encrypts: slots that a passphrase opens, and the content.</summary>
internal sealed class LuksVolume : LockedVolume
{
    private readonly DiskBytes _disk;
    private readonly IReadOnlyList<LuksKeySlot> _slots;
    private readonly LuksSegment? _segment;
    private readonly VmaFileSystemException? _refusal;

    /// <param name="disk">The volume.</param>
    /// <param name="facts">What is told of it.</param>
    /// <param name="slots">Its slots.</param>
    /// <param name="segment">Where the content is; null where there is a refusal.</param>
    /// <param name="refusal">Why its content is not read, whatever the secret; null where it is.</param>
    public LuksVolume(DiskBytes disk, VolumeLock facts, IReadOnlyList<LuksKeySlot> slots, LuksSegment? segment, VmaFileSystemException? refusal)
    {
        _disk = disk;
        Facts = facts;
        _slots = slots;
        _segment = segment;
        _refusal = refusal;
    }

    public override VolumeLock Facts { get; }

    public override string Needs => Facts switch
    {
        { Protectors.Count: 0 } => "It has no slot left that could open it.",
        { RecoveryKeyIds: { Count: > 0 } ids } => $"A passphrase or key file opens it, or the recovery key of slot {string.Join(", ", ids)}.",
        _ when Facts.Protectors.All(static p => p.Kind != VolumeKeyProtector.Passphrase) =>
            $"It has no slot for a passphrase that somebody chose ({string.Join("; ", Facts.Protectors.Select(static p => p.Detail))}).",
        _ => "A passphrase or a key file opens it.",
    };

    /// <summary>Reads the metadata of a volume whose signature was seen.</summary>
    /// <exception cref="VmaFileSystemException">They are damaged.</exception>
    public static LuksVolume Read(DiskBytes disk)
    {
        byte[] start = disk.Read(0, (int)Math.Min(disk.Length, 8));
        return start.Length == 8 && start[7] == 1 && start[0] == (byte)'L' ? LuksHeader1.Read(disk) : LuksHeader2.Read(disk);
    }

    /// <summary>Why the content is not read here, or null.</summary>
    public static VmaFileSystemException? RefusalOf(DiskBytes disk, LuksSegment segment, int keySize)
    {
        if (segment.Offset <= 0 || segment.Offset >= disk.Length)
        {
            return new VmaFileSystemException(
                VmaCodes.VolumeNotSupported, "Its header lies apart from what it encrypts (a detached header): the content is elsewhere.");
        }

        return LuksCipher.Refusal(segment.Cipher, keySize, disk.Length) is string sentence ? new VmaFileSystemException(VmaCodes.VolumeNotSupported, sentence) : null;
    }

    public override DiskBytes? Open(VolumeSecrets secrets, CancellationToken cancellationToken)
    {
        if (_refusal is not null)
        {
            throw new VmaFileSystemException(_refusal.Code, _refusal.Sentence);
        }

        VmaFileSystemException? refused = null;
        foreach (VolumeSecret secret in secrets.All)
        {
            byte[] passphrase = secret.ToBytes();
            try
            {
                foreach (LuksKeySlot slot in _slots)
                {
                    if (OpenSlot(slot, passphrase, secrets, ref refused, cancellationToken) is byte[] key)
                    {
                        string number = slot.Number.ToString(CultureInfo.InvariantCulture);
                        Facts.OpenedBy = Facts.Protectors.First(p => p.Id == number);
                        return OpenContent(key);
                    }
                }
            }
            finally
            {
                Secret.Wipe(passphrase);
            }
        }

        return refused is null ? null : throw refused;
    }

    private DecryptedDiskBytes OpenContent(byte[] key)
    {
        LuksSegment segment = _segment!;
        try
        {
            // Sectors are numbered in units of 512 bytes, whatever their size.
            return new DecryptedDiskBytes(
                new RangeDiskBytes(_disk, segment.Offset, segment.Length ?? long.MaxValue),
                LuksCipher.Create(segment.Cipher, key, segment.SectorSize),
                segment.FirstNumber,
                (ulong)segment.SectorSize / 512);
        }
        finally
        {
            Secret.Wipe(key);
        }
    }

    /// <summary>The volume's key, or null where the passphrase is not that of the slot, or the slot cannot be opened here: another may.</summary>
    private byte[]? OpenSlot(
        LuksKeySlot slot, byte[] passphrase, VolumeSecrets secrets, ref VmaFileSystemException? refused, CancellationToken cancellationToken)
    {
        try
        {
            return OpenSlot(slot, passphrase, secrets, cancellationToken);
        }
        catch (VmaException exception)
        {
            refused ??= new VmaFileSystemException(exception.Code, exception.Sentence, innerException: exception);
            return null;
        }
    }

    private byte[]? OpenSlot(LuksKeySlot slot, byte[] passphrase, VolumeSecrets secrets, CancellationToken cancellationToken)
    {
        if (slot.Refusal is not null)
        {
            throw new VmaFileSystemException(slot.Refusal.Code, slot.Refusal.Sentence);
        }

        cancellationToken.ThrowIfCancellationRequested();
        int size = ((slot.KeySize * LuksKeySlot.Stripes) + 511) / 512 * 512;
        byte[] stripes = _disk.Read(slot.AreaOffset, size);
        byte[] key = Derive(slot, passphrase, secrets, cancellationToken);
        try
        {
            using SectorCipher cipher = LuksCipher.Create(slot.AreaCipher, key, 512);
            cipher.Decrypt(stripes, size, 0, 1);
            byte[] found = AntiForensicSplit.Merge(stripes, slot.KeySize, LuksKeySlot.Stripes, slot.SplitHash!);
            if (slot.Digest!.Fits(found, cancellationToken))
            {
                return found;
            }

            Secret.Wipe(found);
            return null;
        }
        finally
        {
            Secret.Wipe(key);
            Secret.Wipe(stripes);
        }
    }

    private static byte[] Derive(LuksKeySlot slot, byte[] passphrase, VolumeSecrets secrets, CancellationToken cancellationToken)
    {
        if (slot.Argon2 is null)
        {
            return Pbkdf2.Derive(slot.Hash!, passphrase, slot.Salt, slot.Iterations, slot.AreaKeySize, cancellationToken);
        }

        if (secrets.Argon2 is not Argon2Function argon2)
        {
            throw new VmaFileSystemException(
                VmaCodes.KeyFunctionMissing, $"Its passphrase is made a key by {slot.Argon2.Variant}, which is not there in this environment; PowerShell 7 has it.");
        }

        // Where systems promise more memory than there is, whoever takes it is ended, or others are.
        if (secrets.MemoryLeft() is long left && left / 1024 < slot.Argon2.MemoryKiB)
        {
            throw new VmaFileSystemException(
                VmaCodes.KeyCostTooHigh, $"Its passphrase is made a key with {slot.Argon2.MemoryKiB} KiB of memory, of which {left / 1024} KiB are free here.");
        }

        try
        {
            return argon2.Derive(slot.Argon2, passphrase, slot.Salt, cancellationToken);
        }
        catch (OutOfMemoryException exception)
        {
            throw new VmaFileSystemException(
                VmaCodes.KeyCostTooHigh, $"Its passphrase is made a key with {slot.Argon2.MemoryKiB} KiB of memory, which are not there.", innerException: exception);
        }
    }
}
