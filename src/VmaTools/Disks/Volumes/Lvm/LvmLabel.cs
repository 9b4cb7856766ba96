using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.Volumes.Lvm;

/// <summary>The label of a physical volume: who it is, and where copies of the metadata lie.</summary>
/// <remarks>
/// <code>
/// one of the first four sectors, little-endian:
///   0 "LABELONE"   8 own sector u64   16 CRC of what follows to the end of the sector   20 offset of the header u32   24 "LVM2 001"
/// header: 0 UUID [32]   32 size u64   40 data areas…, an end, metadata areas…, an end: each offset u64, size u64; 0, 0 is the end
/// </code>
/// </remarks>
internal sealed class LvmLabel
{
    private const int SectorSize = 512;
    private const int LabelSectors = 4;
    private const int CrcStart = 20;

    // What starts LVM's CRC-32, and that it is not inverted at its end.
    private const uint CrcInitial = 0xF597A6CF;

    private LvmLabel(string uuid, List<(long Offset, long Size)> metadataAreas, bool isChecksumRight)
    {
        Uuid = uuid;
        MetadataAreas = metadataAreas;
        IsChecksumRight = isChecksumRight;
    }

    /// <summary>UUID of the physical volume: 32 characters without hyphens.</summary>
    public string Uuid { get; }

    public IReadOnlyList<(long Offset, long Size)> MetadataAreas { get; }

    public bool IsChecksumRight { get; }

    /// <summary>The label of a volume, or null where there is none. One whose checksum matches comes first.</summary>
    public static LvmLabel? Read(DiskBytes volume)
    {
        LvmLabel? damaged = null;
        for (int i = 0; i < LabelSectors && volume.Length >= (i + 1) * SectorSize; i++)
        {
            LvmLabel? label = Parse(volume.Read(i * SectorSize, SectorSize));
            if (label is { IsChecksumRight: true })
            {
                return label;
            }

            damaged ??= label;
        }

        return damaged;
    }

    /// <summary>CRC-32 as LVM begins and ends it.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes) => ~Crc32.Append(~CrcInitial, bytes);

    private static LvmLabel? Parse(byte[] sector)
    {
        ReadOnlySpan<byte> bytes = sector;
        uint header = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(20));
        if (!bytes.StartsWith("LABELONE"u8) || !bytes.Slice(24).StartsWith("LVM2 001"u8) || header > SectorSize - 72)
        {
            return null;
        }

        bool isRight = Crc(bytes.Slice(CrcStart)) == BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(16));
        string uuid = GuestText.Utf8(bytes.Slice((int)header, 32));
        int at = (int)header + 40;
        ReadAreas(bytes, ref at);
        return new LvmLabel(uuid, ReadAreas(bytes, ref at), isRight);
    }

    private static List<(long Offset, long Size)> ReadAreas(ReadOnlySpan<byte> bytes, ref int at)
    {
        List<(long Offset, long Size)> areas = [];
        while (at <= bytes.Length - 16)
        {
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(at));
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(at + 8));
            at += 16;
            if (offset == 0)
            {
                break;
            }

            areas.Add(((long)Math.Min(offset, long.MaxValue), (long)Math.Min(size, long.MaxValue)));
        }

        return areas;
    }
}
