using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;

namespace VmaTools.Disks.Partitions;

/// <summary>Reads the master boot record and the chain of logical partitions.</summary>
/// <remarks>
/// <code>
/// sector 0, and the first sector of each link of the chain (EBR):
///   0 boot code   440 disk signature u32   446 4 × entry   510 55 AA
/// entry: 0 boot flag (00, 80)   1 CHS   4 type   5 CHS   8 first sector u32   12 sectors u32        little-endian
/// </code>
/// In an EBR, the first sector of a logical partition counts from this EBR, that of the link to the next one from the
/// start of the extended partition.
/// </remarks>
internal sealed class MbrReader
{
    public const byte GptType = 0xEE;

    private const int SectorSize = 512;
    private const int TableOffset = 446;
    private const int EntrySize = 16;

    // Linux stops after 256 minor numbers of a disk; a longer chain is a trap.
    private const int MaxLogical = 256;

    private readonly DiskReader _disk;
    private readonly List<PartitionWarning> _warnings;
    private readonly byte[] _sector;

    private MbrReader(DiskReader disk, byte[] sector, List<PartitionWarning> warnings)
    {
        _disk = disk;
        _sector = sector;
        _warnings = warnings;
    }

    private string Signature =>
        BinaryPrimitives.ReadUInt32LittleEndian(_sector.AsSpan(440)).ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>The disk signature, or null for none.</summary>
    public string? DiskId => Signature == "00000000" ? null : Signature;

    /// <summary>True when one of the entries guards a GPT.</summary>
    public bool IsProtective => Any(entry => entry.Type == GptType);

    /// <summary>True when some entry describes a partition of its own.</summary>
    public bool HasPartitions => Any(entry => entry.Type is not (0 or GptType) && entry.Sectors != 0);

    /// <summary>
    /// True where all entries could be partitions, and some is one that begins behind the table. The code of a boot sector, where a
    /// table would be, looks like anything, and some tools write a table whose one entry is the file system itself.
    /// </summary>
    public bool IsPlausible => !Any(entry => !IsPossible(entry)) && Any(entry => entry.Type is not (0 or GptType) && entry.Start > 0);

    /// <summary>The MBR of a disk, or null where sector 0 is none.</summary>
    public static MbrReader? Open(DiskReader disk, List<PartitionWarning> warnings)
    {
        byte[] sector = disk.Read(0, SectorSize);
        return IsTable(sector) ? new MbrReader(disk, sector, warnings) : null;
    }

    public List<PartitionEntry> ReadPartitions()
    {
        List<PartitionEntry> partitions = [];
        List<long> chains = [];
        for (int i = 0; i < 4; i++)
        {
            RawEntry raw = RawEntry.At(_sector, i);
            if (raw.Sectors == 0 || raw.Type is 0 or GptType)
            {
                continue;
            }

            long start = (long)raw.Start * SectorSize;
            partitions.Add(Entry(i + 1, raw, start));
            if (raw.IsExtended)
            {
                chains.Add(start);
            }
        }

        // All four primary numbers come before the logical ones, wherever the extended partition stands.
        int logical = 5;
        foreach (long start in chains)
        {
            logical = ReadChain(start, partitions, logical);
        }

        return partitions;
    }

    /// <summary>Follows one chain and returns the next free number.</summary>
    private int ReadChain(long extended, List<PartitionEntry> partitions, int index)
    {
        HashSet<long> seen = [];
        long current = extended;
        while (true)
        {
            if (!seen.Add(current) || current >= _disk.Length || seen.Count > MaxLogical)
            {
                _warnings.Add(new PartitionWarning(
                    PartitionWarningCode.LogicalChainBroken,
                    $"The chain of logical partitions loops, leaves the disk or does not end (at byte {current})."));
                return index;
            }

            byte[] sector = _disk.Read(current, SectorSize);
            if (!HasSignature(sector))
            {
                _warnings.Add(new PartitionWarning(
                    PartitionWarningCode.LogicalChainBroken, $"No boot record stands where the chain of logical partitions leads (byte {current})."));
                return index;
            }

            long next = -1;
            for (int i = 0; i < 4; i++)
            {
                RawEntry raw = RawEntry.At(sector, i);
                if (raw.Sectors == 0 || raw.Type == 0)
                {
                    continue;
                }

                if (raw.IsExtended)
                {
                    next = next < 0 ? extended + ((long)raw.Start * SectorSize) : next;
                }
                else if (i < 2)
                {
                    // The third and fourth entry hold nothing that is meant, by any known tool.
                    partitions.Add(Entry(index, raw, current + ((long)raw.Start * SectorSize)));
                    index++;
                }
            }

            if (next < 0)
            {
                return index;
            }

            current = next;
        }
    }

    private PartitionEntry Entry(int index, RawEntry raw, long start) =>
        new(index, PartitionTypes.NameOf(raw.Type), PartitionTypes.IdOf(raw.Type), start, (long)raw.Sectors * SectorSize)
        {
            IsBootable = raw.BootFlag == 0x80,
            IsContainer = raw.IsExtended,
            Uuid = DiskId is string id ? id + "-" + index.ToString("x2", CultureInfo.InvariantCulture) : null,
        };

    private bool IsPossible(RawEntry entry) => entry.Type == 0
        ? entry is { Start: 0, Sectors: 0 }
        : entry.Sectors > 0 && ((long)entry.Start + entry.Sectors) * SectorSize <= _disk.Length;

    private bool Any(Func<RawEntry, bool> matches)
    {
        for (int i = 0; i < 4; i++)
        {
            if (matches(RawEntry.At(_sector, i)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasSignature(byte[] sector) => sector[510] == 0x55 && sector[511] == 0xAA;

    /// <summary>The signature alone is also that of a boot sector; only a table has four proper boot flags.</summary>
    private static bool IsTable(byte[] sector)
    {
        bool isTable = HasSignature(sector);
        for (int i = 0; i < 4; i++)
        {
            isTable &= RawEntry.At(sector, i).BootFlag is 0 or 0x80;
        }

        return isTable;
    }

    private readonly struct RawEntry
    {
        private RawEntry(ReadOnlySpan<byte> bytes)
        {
            BootFlag = bytes[0];
            Type = bytes[4];
            Start = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(8));
            Sectors = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(12));
        }

        public byte BootFlag { get; }

        public byte Type { get; }

        public uint Start { get; }

        public uint Sectors { get; }

        public bool IsExtended => Type is 0x05 or 0x0F or 0x85;

        public static RawEntry At(byte[] sector, int index) =>
            new(sector.AsSpan(TableOffset + (index * EntrySize), EntrySize));
    }
}
