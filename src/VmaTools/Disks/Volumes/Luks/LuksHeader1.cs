using System;
using System.Collections.Generic;
using System.Globalization;
using VmaTools.Bytes;
using VmaTools.Disks.Partitions;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.Luks;

/// <summary>
/// The header of LUKS1. Big-endian: 0 magic   6 version u16   8 cipher [32]   40 mode [32]   72 hash [32]   104 first sector of the content
/// u32   108 bytes of the key u32   112 digest of the key [20]   132 its salt [32]   164 its iterations u32   168 UUID [40]   208 eight
/// slots of 48: 0 state u32   4 iterations u32   8 salt [32]   40 first sector of the stripes u32   44 number of stripes u32
/// </summary>
internal static class LuksHeader1
{
    private const int Size = 592;
    private const int Slots = 8;
    private const int SlotSize = 48;
    private const uint Enabled = 0x00AC71F3;
    private const uint Disabled = 0x0000DEAD;
    private const int SectorSize = 512;

    /// <exception cref="VmaFileSystemException">It is damaged.</exception>
    public static LuksVolume Read(DiskBytes disk)
    {
        if (disk.Length < Size)
        {
            throw Damaged("it is cut");
        }

        byte[] header = disk.Read(0, Size);
        string cipher = $"{FieldText.Utf8(header.AsSpan(8, 32))}-{FieldText.Utf8(header.AsSpan(40, 32))}";
        string hashName = FieldText.Utf8(header.AsSpan(72, 32)) ?? string.Empty;
        uint keySize = BigEndian.U32(header, 108);
        uint iterations = BigEndian.U32(header, 164);
        if (keySize is 0 or > LuksHeader2.MaxKeySize || iterations == 0)
        {
            throw Damaged("the size or the digest of its key makes no sense");
        }

        KeyHash? hash = KeyHash.Find(hashName);
        LuksSegment segment = new((long)BigEndian.U32(header, 104) * SectorSize, null, cipher);
        VmaFileSystemException? refusal = LuksVolume.RefusalOf(disk, segment, (int)keySize);
        if (hash is null)
        {
            refusal ??= new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"Its keys are made with the hash {Printable.Short(hashName)}, which is not read here.");
        }

        refusal ??= LuksHeader2.CostOf("its digest", iterations);
        LuksDigest? digest = refusal is null ? new LuksDigest(hash!, (int)iterations, header.AsSpan(132, 32).ToArray(), header.AsSpan(112, 20).ToArray()) : null;
        List<LuksKeySlot> slots = [];
        List<VolumeKeyProtector> protectors = [];
        for (int i = 0; i < Slots; i++)
        {
            byte[] fields = header.AsSpan(208 + (i * SlotSize), SlotSize).ToArray();
            uint state = BigEndian.U32(fields, 0);
            if (state == Disabled)
            {
                continue;
            }

            uint count = BigEndian.U32(fields, 4);
            string detail = string.Format(CultureInfo.InvariantCulture, "pbkdf2-{0}, {1} iterations", Printable.Short(hashName), count);
            bool isWhole = state == Enabled && BigEndian.U32(fields, 44) == LuksKeySlot.Stripes && count > 0;
            slots.Add(new LuksKeySlot(i, detail)
            {
                Refusal = isWhole ? LuksHeader2.CostOf($"slot {i}", count) : Damaged($"slot {i} is neither empty nor whole"),
                Hash = hash,
                Iterations = (int)Math.Min(count, int.MaxValue),
                Salt = fields.AsSpan(8, 32).ToArray(),
                KeySize = (int)keySize,
                SplitHash = hash,
                AreaOffset = (long)BigEndian.U32(fields, 40) * SectorSize,
                AreaCipher = cipher,
                AreaKeySize = (int)keySize,
                Digest = digest,
            });
            protectors.Add(new VolumeKeyProtector(VolumeKeyProtector.Passphrase, i.ToString(CultureInfo.InvariantCulture), detail));
        }

        VolumeLock facts = new("LUKS1", $"{Printable.Short(cipher)}, {keySize * 8} bits", FieldText.Utf8(header.AsSpan(168, 40)), null, protectors);
        return new LuksVolume(disk, facts, slots, segment, refusal);
    }

    private static VmaFileSystemException Damaged(string what) => new(VmaCodes.VolumeDamaged, $"The header of LUKS1 is damaged: {what}.");
}
