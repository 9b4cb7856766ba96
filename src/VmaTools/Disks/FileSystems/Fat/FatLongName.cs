using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>Puts a long name together from the entries that stand before that of the short one, last part first.</summary>
/// <remarks>
/// <code>
/// 0 number of the part u8 (from 1; 40 marks the last)   1 five units   11 0F   13 checksum of the short name   14 six units
/// 28 two units
/// </code>
/// </remarks>
internal sealed class FatLongName
{
    public const int MaxParts = 20;

    /// <summary>Units in a part.</summary>
    public const int PartLength = 13;

    private const byte LastPart = 0x40;

    private readonly char[] _units = new char[MaxParts * PartLength];
    private int _parts;
    private int _next;
    private byte _checksum;

    /// <summary>True for a directory entry that is a part of a long name.</summary>
    public static bool IsPart(ReadOnlySpan<byte> entry) => (entry[11] & 0x3F) == 0x0F;

    /// <summary>Forgets what came so far.</summary>
    public void Clear() => _parts = 0;

    public void Add(ReadOnlySpan<byte> entry)
    {
        int number = entry[0] & ~LastPart;
        if ((entry[0] & LastPart) != 0 && number is > 0 and <= MaxParts)
        {
            _parts = number;
            _next = number;
            _checksum = entry[13];
        }

        if (_parts == 0 || number != _next || entry[13] != _checksum)
        {
            _parts = 0;
            return;
        }

        ReadUnits(entry, _units.AsSpan((number - 1) * PartLength));
        _next--;
    }

    /// <summary>The name that belongs to a short one, or null where what came before is none of it.</summary>
    public string? Take(ReadOnlySpan<byte> entry)
    {
        bool isWhole = _parts > 0 && _next == 0 && _checksum == FatNames.Checksum(entry);
        int length = _parts * PartLength;
        _parts = 0;
        if (!isWhole)
        {
            return null;
        }

        int end = Array.IndexOf(_units, '\0', 0, length);
        return new string(_units, 0, end < 0 ? length : end);
    }

    /// <summary>The units of a part.</summary>
    public static void ReadUnits(ReadOnlySpan<byte> entry, Span<char> units)
    {
        for (int i = 0; i < PartLength; i++)
        {
            int at = i < 5 ? 1 + (2 * i) : i < 11 ? 4 + (2 * i) : 6 + (2 * i);
            units[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(entry.Slice(at));
        }
    }
}
