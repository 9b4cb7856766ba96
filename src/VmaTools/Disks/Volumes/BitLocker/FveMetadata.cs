using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.Disks.Partitions;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.BitLocker;

/// <summary>
/// BitLocker's metadata since Windows 7, of which there are three copies. Boot sector: 0 jump   3 signature   11 bytes in a sector u16   160
/// (424 on removable disks) kind   176 (440) offsets of the copies u64 [3]. Copy: 0 signature   8 its size in units of 16 u16   10 version
/// u16   12 state u16   14 next state u16   16 bytes of the volume u64   32 offsets of the copies u64 [3]   64 bytes from here u32   80 id
/// of the volume   100 method u16   112 entries. Behind the copy: 0 size u16   2 version u16   4 CRC-32 of it u32   8 entry with its SHA-256
/// </summary>
internal sealed class FveMetadata
{
    public const int AreaSize = 64 * 1024;
    private const int Copies = 3;
    private const int MaxMasterKeys = 64;
    private const int EntriesAt = 112;
    private const int HeadAt = 64;
    private const int WholeState = 4;
    private const int Sha256Type = 0x2005;

    private static readonly Guid EncryptOnWrite = new("92A84D3B-DD80-4D0E-9E4E-B1E3284EAED8");

    private readonly byte[] _block;
    private readonly AesCcmKey? _digest;

    private FveMetadata(byte[] block, AesCcmKey? digest, int sectorSize, bool isEncryptedOnWrite)
    {
        _block = block;
        _digest = digest;
        SectorSize = sectorSize;
        int state = LittleEndian.U16(block, 12);
        int next = LittleEndian.U16(block, 14);
        Method = LittleEndian.U16(block, 100);
        Id = FieldText.MixedGuid(block.AsSpan(80));
        Areas = Offsets(block, 32);
        uint size = LittleEndian.U32(block, HeadAt);
        ReadOnlyMemory<byte> entries = size >= EntriesAt - HeadAt && size <= block.Length - HeadAt
            ? block.AsMemory(EntriesAt, (int)size - (EntriesAt - HeadAt))
            : ReadOnlyMemory<byte>.Empty;
        List<FveEntry> all = FveEntry.ReadAll(entries);
        MasterKeys = all.Where(static e => e.Type == FveEntry.MasterKey).Take(MaxMasterKeys).Select(FveMasterKey.Read).OfType<FveMasterKey>().ToArray();
        VolumeKey = all.Find(static e => e.Type == FveEntry.VolumeKey && e.ValueType == FveEntry.ValueEncryptedKey && e.Value.Length > AesCcmKey.NonceSize + AesCcmKey.TagSize) is FveEntry key
            ? new AesCcmKey(key.Value.Span)
            : null;
        if (all.Find(static e => e.Type == FveEntry.VolumeHeader && e.Value.Length >= 16) is FveEntry header)
        {
            HeaderOffset = LittleEndian.I64(header.Value.Span, 0);
            HeaderSize = LittleEndian.I64(header.Value.Span, 8);
        }

        Refusal = isEncryptedOnWrite ? "is encrypted in part only, where it was written since (encrypt on write), which is not read here"
            : state != WholeState || next != WholeState ? "is in the middle of being encrypted or decrypted, or its encryption is being changed"
            : null;
    }

    /// <summary>Bytes that are encrypted as one.</summary>
    public int SectorSize { get; }

    /// <summary>How the volume is encrypted.</summary>
    public int Method { get; }

    public Guid Id { get; }

    /// <summary>Where the copies lie.</summary>
    public IReadOnlyList<long> Areas { get; }

    /// <summary>Where the first sectors of the volume lie, whose place BitLocker's own have.</summary>
    public long HeaderOffset { get; }

    /// <summary>Bytes of these.</summary>
    public long HeaderSize { get; }

    public IReadOnlyList<FveMasterKey> MasterKeys { get; }

    /// <summary>The key for the content; null where it is missing.</summary>
    public AesCcmKey? VolumeKey { get; }

    /// <summary>Why the content is not read, as the rest of a sentence about the volume; null where it is.</summary>
    public string? Refusal { get; }

    /// <summary>Reads the first copy that is whole.</summary>
    /// <param name="disk">The volume.</param>
    /// <param name="warnings">Hears of copies that are damaged.</param>
    /// <exception cref="VmaFileSystemException">None is, or it is of another version.</exception>
    public static FveMetadata Read(DiskBytes disk, ICollection<string> warnings)
    {
        byte[] boot = disk.Read(0, 512);
        if (boot.AsSpan().StartsWith<byte>([0xEB, 0x52, 0x90]))
        {
            throw new VmaFileSystemException(VmaCodes.VolumeNotSupported, "It has the form of Windows Vista, which is not read here.");
        }

        bool isRemovable = boot.AsSpan(3).StartsWith("MSWIN4.1"u8);
        int sectorSize = LittleEndian.U16(boot, 11) is 0 ? 512 : LittleEndian.U16(boot, 11);
        if (sectorSize is not (512 or 4096))
        {
            throw Damaged($"a sector would have {sectorSize} bytes");
        }

        bool isOnWrite = FieldText.MixedGuid(boot.AsSpan(isRemovable ? 424 : 160)) == EncryptOnWrite;
        long[] places = Offsets(boot, isRemovable ? 440 : 176);
        FveMetadata? found = null;
        List<int> wrong = [];
        for (int i = 0; i < Copies; i++)
        {
            FveMetadata? copy = TryRead(disk, places[i], i, sectorSize, isOnWrite);
            found ??= copy;
            if (copy is null)
            {
                wrong.Add(i + 1);
            }
        }

        if (wrong.Count > 0 && found is not null)
        {
            warnings.Add($"Of three copies of BitLocker's metadata {string.Join(" and ", wrong.Select(static w => w.ToString(CultureInfo.InvariantCulture)))} cannot be read; another served.");
        }

        return found ?? throw Damaged("none of three copies of its metadata is whole");
    }

    public static VmaFileSystemException Damaged(string what) => new(VmaCodes.VolumeDamaged, $"BitLocker's metadata are damaged: {what}.");

    /// <summary>Whether a master key says that the metadata are what they were when it was last there.</summary>
    public bool IsProvedBy(byte[] masterKey)
    {
        // 0 size u16   2 role u16   4 type u16   6 flags u16   8 kind of the hash u16   12 hash
        if (_digest?.Decrypt(masterKey) is not { Length: >= 44 } datum || LittleEndian.U16(datum, 8) != Sha256Type)
        {
            return false;
        }

        return Secret.AreEqual(KeyHash.Find("sha256")!.Compute(_block), datum.AsSpan(12, 32));
    }

    private static FveMetadata? TryRead(DiskBytes disk, long offset, int copy, int sectorSize, bool isOnWrite)
    {
        try
        {
            byte[] area = disk.Read(offset, AreaSize);
            int size = LittleEndian.U16(area, 8) * 16;
            if (!area.AsSpan().StartsWith("-FVE-FS-"u8)
                || LittleEndian.U16(area, 10) != 2
                || size < EntriesAt
                || size > AreaSize - 8
                || Offsets(area, 32)[copy] != offset
                || LittleEndian.U16(area, size) < 8
                || Crc32.Append(0, area.AsSpan(0, size)) != LittleEndian.U32(area, size + 4))
            {
                return null;
            }

            // Behind the CRC an entry that is encrypted by the master key.
            int nested = LittleEndian.U16(area, size) - 8;
            AesCcmKey? digest = FveEntry.ReadAll(area.AsMemory(size + 8, Math.Max(0, Math.Min(nested, AreaSize - size - 8))))
                .Find(static e => e.ValueType == FveEntry.ValueEncryptedKey && e.Value.Length > AesCcmKey.NonceSize + AesCcmKey.TagSize) is FveEntry entry
                ? new AesCcmKey(entry.Value.Span)
                : null;
            return new FveMetadata(area.AsSpan(0, size).ToArray(), digest, sectorSize, isOnWrite);
        }
        catch (VmaException)
        {
            return null;
        }
    }

    private static long[] Offsets(byte[] bytes, int at) => [LittleEndian.I64(bytes, at), LittleEndian.I64(bytes, at + 8), LittleEndian.I64(bytes, at + 16)];
}
