using System;
using System.Text;

namespace VmaTools.Format;

/// <summary>
/// Recognises archives that went through a text conversion, as happens when a shell passes bytes through a pipe as text: the
/// ASCII part of a magic is still there, and what was no ASCII has become something else.
/// </summary>
internal static class TextConversion
{
    /// <summary>Stands for any character that is no ASCII.</summary>
    private const char NonAscii = '\uFFFF';

    private static readonly string[] Magics = ["VMA", $"({NonAscii}/{NonAscii}", $"\u001F{NonAscii}\b", $"{NonAscii}LZO"];

    /// <summary>Tells whether bytes that are known not to begin an archive look like one converted as text.</summary>
    public static bool IsLikely(ReadOnlySpan<byte> start)
    {
        byte[] bytes = start.Slice(0, Math.Min(start.Length, 32)).ToArray();
        foreach (Encoding encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            string text = encoding.GetString(bytes).TrimStart('\uFEFF');
            if (Array.Exists(Magics, magic => Matches(text, magic)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Matches(string text, string magic)
    {
        if (text.Length < magic.Length)
        {
            return false;
        }

        for (int i = 0; i < magic.Length; i++)
        {
            bool same = magic[i] == NonAscii ? text[i] > 0x7F : text[i] == magic[i];
            if (!same)
            {
                return false;
            }
        }

        return true;
    }
}
