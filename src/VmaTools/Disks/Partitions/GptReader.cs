using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using VmaTools.Bytes;

namespace VmaTools.Disks.Partitions;

/// <summary>Reads one copy of a GUID partition table: header and entries.</summary>
/// <remarks>
/// <code>
/// header (sector 1, and the last one), little-endian
///   0 "EFI PART"   8 revision u32   12 header size u32   16 CRC-32 of the header with this field zero   20 reserved u32
///  24 own sector u64   32 sector of the other copy u64   40 first usable u64   48 last usable u64   56 disk GUID
///  72 first sector of the entries u64   80 number of entries u32   84 size of an entry u32   88 CRC-32 of the entries
/// entry (128 bytes or more)
///   0 type GUID (zero: unused)   16 partition GUID   32 first sector u64   40 last sector u64   48 attributes u64   56 name UTF-16
/// </code>
/// </remarks>
internal sealed class GptReader
{
    private const int MinHeaderSize = 92;
    private const int MinEntrySize = 128;
    private const int NameOffset = 56;
    private const int NameSize = 72;
    private const ulong LegacyBootable = 1UL << 2;

    // 8192 entries of the usual size; tools write 128. What claims more is not worth the memory.
    private const int MaxTableSize = 1 << 20;

    private readonly byte[] _entries;
    private readonly int _entrySize;
    private readonly int _entryCount;

    private GptReader(DiskReader disk, byte[] header, int sectorSize, bool isHeaderIntact)
    {
        SectorSize = sectorSize;
        OtherCopy = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(32));
        DiskGuid = FieldText.MixedGuid(header.AsSpan(56));
        ulong first = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(72));
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(80));
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(84));
        EntriesChecksum = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(88));

        bool isSane = size is >= MinEntrySize and <= 65_536 && size % 8 == 0 && first <= (ulong)(disk.Length / sectorSize);
        _entrySize = isSane ? (int)size : MinEntrySize;
        ulong claimed = (ulong)count * (ulong)_entrySize;
        HasTooManyEntries = claimed > MaxTableSize;
        _entryCount = !isSane ? 0 : HasTooManyEntries ? MaxTableSize / _entrySize : (int)count;
        _entries = isSane ? disk.Read((long)first * sectorSize, _entryCount * _entrySize) : [];
        IsIntact = isHeaderIntact && isSane && !HasTooManyEntries && Crc32.Append(Crc32.Initial, _entries) == EntriesChecksum;
    }

    public int SectorSize { get; }

    /// <summary>Sector of the other copy, as this one states it.</summary>
    public ulong OtherCopy { get; }

    public Guid DiskGuid { get; }

    public uint EntriesChecksum { get; }

    /// <summary>True when both checksums match.</summary>
    public bool IsIntact { get; }

    public bool HasTooManyEntries { get; }

    /// <summary>Reads the copy at an offset, or returns null where nothing looks like one.</summary>
    public static GptReader? Open(DiskReader disk, long offset, int sectorSize)
    {
        if (offset < sectorSize || offset > disk.Length - sectorSize)
        {
            return null;
        }

        byte[] sector = disk.Read(offset, sectorSize);
        return IsSigned(sector) ? new GptReader(disk, sector, sectorSize, IsIntactHeader(sector, offset / sectorSize)) : null;
    }

    /// <summary>True for a header whose checksum matches and which says that it is in this sector.</summary>
    /// <param name="sector">The sector, or as much of it as the header can have.</param>
    /// <param name="number">The sector's number.</param>
    public static bool IsIntactHeader(ReadOnlySpan<byte> sector, long number)
    {
        if (sector.Length < MinHeaderSize || !IsSigned(sector))
        {
            return false;
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(12));
        if (size < MinHeaderSize || size > (uint)sector.Length)
        {
            return false;
        }

        byte[] header = sector.Slice(0, (int)size).ToArray();
        header.AsSpan(16, 4).Clear();
        return Crc32.Append(Crc32.Initial, header) == BinaryPrimitives.ReadUInt32LittleEndian(sector.Slice(16))
            && BinaryPrimitives.ReadUInt64LittleEndian(sector.Slice(24)) == (ulong)number;
    }

    private static bool IsSigned(ReadOnlySpan<byte> sector) => sector.StartsWith("EFI PART"u8);

    public List<PartitionEntry> ReadPartitions(List<PartitionWarning> warnings)
    {
        List<PartitionEntry> partitions = [];
        for (int i = 0; i < _entryCount; i++)
        {
            ReadOnlySpan<byte> entry = _entries.AsSpan(i * _entrySize, _entrySize);
            Guid type = FieldText.MixedGuid(entry);
            if (type == Guid.Empty)
            {
                continue;
            }

            ulong first = BinaryPrimitives.ReadUInt64LittleEndian(entry.Slice(32));
            ulong last = BinaryPrimitives.ReadUInt64LittleEndian(entry.Slice(40));
            if (last < first || last >= (ulong)(long.MaxValue / SectorSize))
            {
                warnings.Add(new PartitionWarning(
                    PartitionWarningCode.PartitionInvalid, $"Partition {i + 1} runs from sector {first} to {last}; it was left out.", i + 1));
                continue;
            }

            ulong attributes = BinaryPrimitives.ReadUInt64LittleEndian(entry.Slice(48));
            partitions.Add(new PartitionEntry(
                i + 1,
                PartitionTypes.NameOf(type),
                PartitionTypes.IdOf(type),
                (long)first * SectorSize,
                (long)(last - first + 1) * SectorSize)
            {
                Name = FieldText.Utf16(entry.Slice(NameOffset, NameSize)),
                Uuid = FieldText.MixedGuid(entry.Slice(16)).ToString("D", CultureInfo.InvariantCulture),
                IsBootable = (attributes & LegacyBootable) != 0,
            });
        }

        return partitions;
    }
}
