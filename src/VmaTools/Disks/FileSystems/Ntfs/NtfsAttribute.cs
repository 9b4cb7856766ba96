using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>An attribute, or a piece of one, in a record. Its bounds were checked when the record was walked.</summary>
/// <param name="Record">The record.</param>
/// <param name="Offset">Where it begins in the record.</param>
internal readonly record struct NtfsAttribute(NtfsRecord Record, int Offset)
{
    /// <summary>More clusters than any attribute has; with the largest clusters the bytes still fit 63 bits.</summary>
    public const long MaxClusters = long.MaxValue >> 22;

    private const int ResidentHead = 24;
    private const int NonResidentHead = 64;

    // Attribute: 0 type u32   4 length u32   8 1: not resident u8   9 units of the name u8   10 offset of the name u16
    //   12 flags u16   14 number u16
    //   resident: 16 length of the value u32   20 its offset u16
    //   else: 16 lowest cluster u64   24 highest u64   32 offset of the map u16   34 compression unit, its power of two u8
    //         40 allocated u64   48 length u64   56 initialised u64

    public NtfsAttributeType Type => (NtfsAttributeType)LittleEndian.U32(Bytes, 0);

    public int Length => (int)LittleEndian.U32(Bytes, 4);

    public bool IsResident => Bytes[8] == 0;

    public ushort Number => LittleEndian.U16(Bytes, 14);

    /// <summary>How it is compressed: 0 for not at all, 1 for LZNT1.</summary>
    public int Compression => LittleEndian.U16(Bytes, 12) & 0xff;

    public bool IsEncrypted => (LittleEndian.U16(Bytes, 12) & 0x4000) != 0;

    /// <summary>The name's UTF-16 units.</summary>
    public ReadOnlySpan<byte> Name => Bytes.Slice(Bytes[9] == 0 ? 0 : LittleEndian.U16(Bytes, 10), Bytes[9] * 2);

    /// <summary>The value of a resident attribute.</summary>
    public ReadOnlySpan<byte> Value => IsResident
        ? Bytes.Slice(LittleEndian.U16(Bytes, 20), (int)LittleEndian.U32(Bytes, 16))
        : throw Record.Damaged($"The attribute {Type} is not resident, as it must be.");

    public long LowestCluster => IsResident ? 0 : LittleEndian.I64(Bytes, 16);

    public long HighestCluster => LittleEndian.I64(Bytes, 24);

    public ReadOnlySpan<byte> MappingPairs => Bytes.Slice(LittleEndian.U16(Bytes, 32), Length - LittleEndian.U16(Bytes, 32));

    public int UnitPower => Bytes[34];

    /// <summary>Bytes of the value; of an attribute in pieces only the first tells.</summary>
    public long ValueLength => IsResident ? LittleEndian.U32(Bytes, 16) : LittleEndian.I64(Bytes, 48);

    /// <summary>Bytes that were ever written; those behind are zeros.</summary>
    public long InitialisedLength => IsResident ? ValueLength : LittleEndian.I64(Bytes, 56);

    private ReadOnlySpan<byte> Bytes => Record.Bytes.AsSpan(Offset);

    public bool IsNamed(ReadOnlySpan<char> name)
    {
        ReadOnlySpan<byte> units = Name;
        if (units.Length != name.Length * 2)
        {
            return false;
        }

        for (int i = 0; i < name.Length; i++)
        {
            if (LittleEndian.U16(units, i * 2) != name[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True where all of it lies within the bytes from its beginning to the end of the record's used part.</summary>
    public static bool IsWithin(ReadOnlySpan<byte> attribute)
    {
        if (attribute.Length < ResidentHead)
        {
            return false;
        }

        uint length = LittleEndian.U32(attribute, 4);
        bool isResident = attribute[8] == 0;
        if (length > attribute.Length || length < (isResident ? ResidentHead : NonResidentHead) || (length & 7) != 0 || attribute[8] > 1)
        {
            return false;
        }

        if (attribute[9] != 0 && LittleEndian.U16(attribute, 10) + (attribute[9] * 2) > length)
        {
            return false;
        }

        if (isResident)
        {
            return LittleEndian.U32(attribute, 16) <= length && LittleEndian.U16(attribute, 20) <= length - LittleEndian.U32(attribute, 16);
        }

        long lowest = LittleEndian.I64(attribute, 16);
        return LittleEndian.U16(attribute, 32) <= length
            && lowest is >= 0 and < MaxClusters
            && LittleEndian.I64(attribute, 24) is >= -1 and < MaxClusters
            && LittleEndian.I64(attribute, 48) >= 0
            && LittleEndian.I64(attribute, 56) >= 0;
    }
}
