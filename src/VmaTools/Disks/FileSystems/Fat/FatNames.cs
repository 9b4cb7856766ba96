using System;
using System.Text;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>Short names: eleven bytes of a code page.</summary>
internal sealed class FatNames
{
    private const int BaseLength = 8;
    private const int Length = 11;
    private const byte LowerBase = 0x08;
    private const byte LowerExtension = 0x10;

    private readonly Encoding _codePage;

    /// <exception cref="VmaFileSystemException">No such code page is known here.</exception>
    public FatNames(int codePage) => _codePage = CodePages.Find(codePage);

    /// <summary>The name that a directory entry has, with the dot, and lower-case where its flags say so.</summary>
    /// <param name="entry">The directory entry.</param>
    public string Read(ReadOnlySpan<byte> entry)
    {
        byte[] name = entry.Slice(0, Length).ToArray();

        // A first byte of E5 means deleted; where a name begins with that character, 05 stands for it.
        name[0] = name[0] == 0x05 ? (byte)0xE5 : name[0];
        byte flags = entry[12];
        string text = Part(name, 0, BaseLength, (flags & LowerBase) != 0);
        string extension = Part(name, BaseLength, Length - BaseLength, (flags & LowerExtension) != 0);
        return extension.Length == 0 ? text : text + "." + extension;
    }

    /// <summary>What every part of a long name repeats of the short one that it belongs to.</summary>
    public static byte Checksum(ReadOnlySpan<byte> entry)
    {
        byte sum = 0;
        foreach (byte b in entry.Slice(0, Length))
        {
            sum = (byte)((sum << 7) + (sum >> 1) + b);
        }

        return sum;
    }

    /// <summary>True for the entry of a directory itself, or of the one above.</summary>
    public static bool IsDots(ReadOnlySpan<byte> entry) => entry.StartsWith(".          "u8) || entry.StartsWith("..         "u8);

    /// <summary>True for a name with a character that neither kind of name may have.</summary>
    public static bool IsForbidden(string name)
    {
        foreach (char c in name)
        {
            if (c < ' ' || c is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|')
            {
                return true;
            }
        }

        return false;
    }

    private string Part(byte[] name, int start, int length, bool isLower)
    {
        while (length > 0 && name[start + length - 1] == ' ')
        {
            length--;
        }

        string text = _codePage.GetString(name, start, length);
        return isLower ? text.ToLowerInvariant() : text;
    }
}
