using System;

namespace VmaTools.Disks.FileSystems.Iso;

/// <summary>Names of records.</summary>
internal static class IsoNames
{
    /// <summary>The name without its version, and without the dot of an extension that is not there.</summary>
    /// <param name="stored">The name as stored.</param>
    /// <param name="isJoliet">Whether it is UTF-16 with the high byte first.</param>
    public static RawName Of(ReadOnlySpan<byte> stored, bool isJoliet)
    {
        char[] text = new char[isJoliet ? stored.Length / 2 : stored.Length];
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = isJoliet ? (char)((stored[2 * i] << 8) | stored[(2 * i) + 1]) : (char)stored[i];
        }

        ReadOnlySpan<char> name = text;
        int version = name.LastIndexOf(';');
        if (version > 0 && IsNumber(name.Slice(version + 1)))
        {
            name = name.Slice(0, version);
        }

        while (name.Length > 1 && name[name.Length - 1] == '.' && name[0] != '.')
        {
            name = name.Slice(0, name.Length - 1);
        }

        return isJoliet ? RawName.FromUtf16(name) : new RawName(stored.Slice(0, name.Length));
    }

    /// <summary>Whether it names no entry of its own directory.</summary>
    public static bool IsUnsafe(RawName name) => name.IsEmpty || name.Bytes.SequenceEqual("."u8) || name.Bytes.SequenceEqual(".."u8);

    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is < '0' or > '9')
            {
                return false;
            }
        }

        return text.Length > 0;
    }
}
