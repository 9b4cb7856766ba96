using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.ExFat;

/// <summary>The table that tells of each UTF-16 unit which one it folds to.</summary>
/// <remarks>It stands compressed: FFFF and a number mean that so many units fold to themselves.</remarks>
internal sealed class ExFatUpCase
{
    /// <summary>A table that has every unit takes so many bytes.</summary>
    public const int MaxSize = 2 * 0x10000;

    private readonly char[] _map = new char[0x10000];

    private ExFatUpCase(ReadOnlySpan<byte> table)
    {
        for (int i = 0; i < _map.Length; i++)
        {
            _map[i] = (char)i;
        }

        int unit = 0;
        for (int at = 0; at <= table.Length - 2 && unit < _map.Length; at += 2)
        {
            ushort value = BinaryPrimitives.ReadUInt16LittleEndian(table.Slice(at));
            if (value == 0xFFFF && at <= table.Length - 4)
            {
                at += 2;
                unit += BinaryPrimitives.ReadUInt16LittleEndian(table.Slice(at));
            }
            else
            {
                _map[unit++] = (char)value;
            }
        }
    }

    /// <summary>What every volume begins its table with, for one whose table is damaged: letters of ASCII.</summary>
    public static ExFatUpCase Default { get; } = CreateDefault();

    /// <summary>The table, or null where its checksum does not match.</summary>
    public static ExFatUpCase? Read(ReadOnlySpan<byte> table, uint checksum)
    {
        uint sum = 0;
        foreach (byte b in table)
        {
            sum = ExFatGeometry.Checksum(sum, b);
        }

        return sum == checksum ? new ExFatUpCase(table) : null;
    }

    public string Fold(string name)
    {
        char[] folded = name.ToCharArray();
        for (int i = 0; i < folded.Length; i++)
        {
            folded[i] = _map[folded[i]];
        }

        return new string(folded);
    }

    private static ExFatUpCase CreateDefault()
    {
        ExFatUpCase table = new(default);
        for (char c = 'a'; c <= 'z'; c++)
        {
            table._map[c] = (char)(c - 32);
        }

        return table;
    }
}
