using System;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Images.Reading;

/// <summary>What a differencing VHDX says of its parent.</summary>
/// <remarks>
/// Little-endian: kind 16, reserved 2, entries u16; an entry: offset of the key u32, of the value u32, lengths of both u16. Offsets
/// count from the start of all, and the texts are UTF-16.
/// </remarks>
internal static class VhdxParent
{
    private const int HeadSize = 20;
    private const int EntrySize = 12;

    /// <summary>Keys of paths, the shortest path first.</summary>
    private static readonly string[] Paths = ["relative_path", "absolute_win32_path", "volume_path"];

    /// <summary>The path of the parent; empty where none is told.</summary>
    public static string NameIn(ReadOnlySpan<byte> locator)
    {
        foreach (string wanted in Paths)
        {
            for (int at = HeadSize; at + EntrySize <= locator.Length && (at - HeadSize) / EntrySize < LittleEndian.U16(locator, HeadSize - 2); at += EntrySize)
            {
                ushort keyLength = LittleEndian.U16(locator, at + 8);
                if (keyLength == wanted.Length * sizeof(char) && TextAt(locator, LittleEndian.U32(locator, at), keyLength) == wanted)
                {
                    return TextAt(locator, LittleEndian.U32(locator, at + 4), LittleEndian.U16(locator, at + 10));
                }
            }
        }

        return string.Empty;
    }

    private static string TextAt(ReadOnlySpan<byte> locator, uint offset, ushort length) => (long)offset + length > locator.Length
        ? string.Empty
        : Encoding.Unicode.GetString(locator.Slice((int)offset, length).ToArray()).TrimEnd('\0');
}
