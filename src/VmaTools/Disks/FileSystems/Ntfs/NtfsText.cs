using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>Text as NTFS stores it: UTF-16 units, whatever they are.</summary>
internal static class NtfsText
{
    public static string Units(ReadOnlySpan<byte> units)
    {
        if (units.Length < 2)
        {
            return string.Empty;
        }

        char[] text = new char[units.Length / 2];
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = (char)LittleEndian.U16(units, i * 2);
        }

        return new string(text);
    }
}
