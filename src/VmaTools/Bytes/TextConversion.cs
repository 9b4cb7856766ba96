using System;
using System.Linq;
using System.Text;

namespace VmaTools.Bytes;

/// <summary>
/// Recognises archives that went through a text conversion, as happens when a shell passes bytes through a pipe as text: the
/// ASCII part of a magic is still there, and what was no ASCII has become something else.
/// </summary>
internal static class TextConversion
{
    public const string Explanation =
        "This was an archive before its bytes were converted as text, as a shell's pipe does; write them to a file or pipe them between native programs.";

    /// <summary>Stands for any character that is no ASCII.</summary>
    private const char NonAscii = '\uFFFF';

    /// <summary>So many bytes of characters other than ASCII do not follow the rules of UTF-8 by chance.</summary>
    private const int MinNonAscii = 12;

    private static readonly string[] Magics =
        ["VMA\0", $"({NonAscii}/{NonAscii}", $"\u001F{NonAscii}\b", $"{NonAscii}LZO", .. "123456789".Select(static level => $"BZh{level}1AY&SY")];

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Tells whether bytes that should be no text, and cannot be read as what they should be, are a text in UTF-8 that has characters
    /// other than ASCII. Of random bytes some tens are enough to rule that out.
    /// </summary>
    /// <param name="bytes">The bytes. The last character may be cut.</param>
    public static bool IsUtf8(ReadOnlySpan<byte> bytes)
    {
        // A character has at most four bytes, so that one that is cut begins in the last three.
        for (int cut = 0; cut < 4 && cut < bytes.Length; cut++)
        {
            byte[] part = bytes.Slice(0, bytes.Length - cut).ToArray();
            if (Array.FindAll(part, static b => b >= 0x80).Length < MinNonAscii)
            {
                return false;
            }

            try
            {
                _ = Strict.GetCharCount(part);
                return true;
            }
            catch (DecoderFallbackException)
            {
                // Perhaps the last character is cut.
            }
        }

        return false;
    }

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
