using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.Volumes.BitLocker;

/// <summary>An entry of BitLocker's metadata: 0 size u16   2 type u16   4 type of the value u16   6 version u16   8 value</summary>
/// <param name="Type">What it is for.</param>
/// <param name="ValueType">What its value is.</param>
/// <param name="Value">Its value, which may hold entries.</param>
internal sealed record FveEntry(int Type, int ValueType, ReadOnlyMemory<byte> Value)
{
    public const int MasterKey = 2;
    public const int VolumeKey = 3;
    public const int StartupKey = 6;
    public const int VolumeHeader = 15;

    public const int ValueKey = 1;
    public const int ValueStretchKey = 3;
    public const int ValueEncryptedKey = 5;
    public const int ValueExternalKey = 9;

    private const int HeadSize = 8;

    /// <summary>Entries one behind the other; what is no entry any more ends them.</summary>
    public static List<FveEntry> ReadAll(ReadOnlyMemory<byte> bytes)
    {
        List<FveEntry> entries = [];
        while (bytes.Length >= HeadSize)
        {
            int size = LittleEndian.U16(bytes.Span, 0);
            if (size < HeadSize || size > bytes.Length)
            {
                break;
            }

            entries.Add(new FveEntry(LittleEndian.U16(bytes.Span, 2), LittleEndian.U16(bytes.Span, 4), bytes.Slice(HeadSize, size - HeadSize)));
            bytes = bytes.Slice(size);
        }

        return entries;
    }
}
