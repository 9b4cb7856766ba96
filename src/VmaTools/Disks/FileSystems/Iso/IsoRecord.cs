using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Iso;

/// <summary>A record of a directory as it stands there.</summary>
/// <remarks>
/// <code>
/// 0 length   1 blocks in front of the content   2 first block u32 (little-endian, then big)   10 bytes u32 (the same)   18 time [7]
/// 25 flags   26 interleaving [2]   32 length of the name   33 name, then a byte where that is even, then what others put there
/// </code>
/// </remarks>
/// <param name="Bytes">The record.</param>
/// <param name="Offset">Where it is on the volume.</param>
internal readonly record struct IsoRecord(byte[] Bytes, long Offset)
{
    /// <summary>Bytes in front of the name, and one of it.</summary>
    public const int FixedSize = 34;

    private const int NameOffset = 33;
    private const byte DirectoryFlag = 0x02;
    private const byte AssociatedFlag = 0x04;
    private const byte MoreFlag = 0x80;

    public bool IsDirectory => (Bytes[25] & DirectoryFlag) != 0;

    /// <summary>Whether it belongs to another file, as resources of macOS do.</summary>
    public bool IsAssociated => (Bytes[25] & AssociatedFlag) != 0;

    /// <summary>Whether the next record is the rest of the same file.</summary>
    public bool HasMore => (Bytes[25] & MoreFlag) != 0;

    public bool IsInterleaved => Bytes[26] != 0 || Bytes[27] != 0;

    /// <summary>The first block of the content.</summary>
    public long Block => (long)LittleEndian.U32(Bytes, 2) + Bytes[1];

    /// <summary>Bytes of the content.</summary>
    public uint Length => LittleEndian.U32(Bytes, 10);

    /// <summary>Whether place and length are the same in both byte orders.</summary>
    public bool OrdersAgree =>
        LittleEndian.U32(Bytes, 2) == BigEndian.U32(Bytes, 6) && LittleEndian.U32(Bytes, 10) == BigEndian.U32(Bytes, 14);

    public ReadOnlySpan<byte> Time => Bytes.AsSpan(18, 7);

    /// <summary>The name as stored: a zero for the directory itself, a one for that above.</summary>
    public ReadOnlySpan<byte> Name => Bytes.AsSpan(NameOffset, Bytes[32]);

    /// <summary>Whether it is the directory itself, or that above.</summary>
    public bool IsDots => Bytes[32] == 1 && Bytes[NameOffset] <= 1;

    /// <summary>What others put behind the name.</summary>
    public ReadOnlySpan<byte> SystemUse
    {
        get
        {
            int start = NameOffset + Bytes[32] + (Bytes[32] % 2 == 0 ? 1 : 0);
            return start < Bytes.Length ? Bytes.AsSpan(start) : default;
        }
    }

    /// <summary>Whether its name lies within it.</summary>
    public static bool IsSound(ReadOnlySpan<byte> bytes) => bytes.Length >= FixedSize && NameOffset + bytes[32] <= bytes.Length && bytes[32] > 0;
}
