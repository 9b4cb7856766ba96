using System;
using System.Globalization;
using System.Text;

namespace VmaTools;

/// <summary>
/// A name, or a link's target, as a guest's file system stores it: bytes. Names of file systems that store UTF-16 are held as
/// UTF-8, lone surrogates as their three bytes, so that none is lost and no two become one.
/// </summary>
/// <remarks>
/// The text form is one to one: valid UTF-8 as it is; every other byte, control characters (0x00 to 0x1f, 0x7f) and the backslash
/// as <c>\xNN</c> with two lower-case hexadecimal digits.
/// </remarks>
public readonly struct RawName : IEquatable<RawName>, IComparable<RawName>
{
    private static readonly UTF8Encoding Strict = new(false, true);

    private readonly byte[]? _bytes;

    /// <summary>A name of the bytes given, which are copied.</summary>
    public RawName(ReadOnlySpan<byte> bytes) => _bytes = bytes.ToArray();

    private RawName(byte[] bytes) => _bytes = bytes;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Number of bytes.</summary>
    public int Length => _bytes?.Length ?? 0;

    /// <summary>True for no byte at all.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>A name of UTF-16 units, little-endian, two bytes each; an odd last byte does not count.</summary>
    public static RawName FromUtf16(ReadOnlySpan<byte> units)
    {
        char[] characters = new char[units.Length / 2];
        for (int i = 0; i < characters.Length; i++)
        {
            characters[i] = (char)(units[2 * i] | (units[(2 * i) + 1] << 8));
        }

        return FromUtf16(characters);
    }

    /// <summary>A name of UTF-16 units.</summary>
    public static RawName FromUtf16(ReadOnlySpan<char> units)
    {
        byte[] bytes = new byte[units.Length * 3];
        int length = 0;
        for (int i = 0; i < units.Length; i++)
        {
            int value = units[i];
            if (char.IsHighSurrogate(units[i]) && i + 1 < units.Length && char.IsLowSurrogate(units[i + 1]))
            {
                value = char.ConvertToUtf32(units[i], units[++i]);
                bytes[length++] = (byte)(0xf0 | (value >> 18));
                bytes[length++] = (byte)(0x80 | ((value >> 12) & 0x3f));
                bytes[length++] = (byte)(0x80 | ((value >> 6) & 0x3f));
                bytes[length++] = (byte)(0x80 | (value & 0x3f));
            }
            else if (value < 0x80)
            {
                bytes[length++] = (byte)value;
            }
            else if (value < 0x800)
            {
                bytes[length++] = (byte)(0xc0 | (value >> 6));
                bytes[length++] = (byte)(0x80 | (value & 0x3f));
            }
            else
            {
                bytes[length++] = (byte)(0xe0 | (value >> 12));
                bytes[length++] = (byte)(0x80 | ((value >> 6) & 0x3f));
                bytes[length++] = (byte)(0x80 | (value & 0x3f));
            }
        }

        Array.Resize(ref bytes, length);
        return new RawName(bytes);
    }

    /// <summary>The name that a text stands for: <c>\xNN</c> is a byte, everything else its UTF-8.</summary>
    public static RawName Parse(string text)
    {
        if (text is null)
        {
            throw new ArgumentNullException(nameof(text));
        }

        if (text.IndexOf('\\') < 0)
        {
            return FromUtf16(text.AsSpan());
        }

        // A byte goes in as a character of its own, so the pieces between are turned apart.
        System.IO.MemoryStream bytes = new();
        int start = 0;
        for (int i = 0; i + 3 < text.Length; i++)
        {
            if (text[i] == '\\' && text[i + 1] == 'x' && Hex(text[i + 2]) is >= 0 and int high && Hex(text[i + 3]) is >= 0 and int low)
            {
                RawName piece = FromUtf16(text.AsSpan(start, i - start));
                bytes.Write(piece._bytes!, 0, piece.Length);
                bytes.WriteByte((byte)((high << 4) | low));
                start = i + 4;
                i += 3;
            }
        }

        RawName rest = FromUtf16(text.AsSpan(start));
        bytes.Write(rest._bytes!, 0, rest.Length);
        return new RawName(bytes.ToArray());
    }

    /// <summary>The UTF-16 units of a name that was made of such, or of valid UTF-8; null where the bytes are neither.</summary>
    public string? ToUtf16()
    {
        StringBuilder text = new(Length);
        ReadOnlySpan<byte> rest = Bytes;
        while (!rest.IsEmpty)
        {
            int length = SequenceLength(rest, surrogates: true);
            if (length == 0)
            {
                return null;
            }

            int value = length switch
            {
                1 => rest[0],
                2 => ((rest[0] & 0x1f) << 6) | (rest[1] & 0x3f),
                3 => ((rest[0] & 0x0f) << 12) | ((rest[1] & 0x3f) << 6) | (rest[2] & 0x3f),
                _ => ((rest[0] & 0x07) << 18) | ((rest[1] & 0x3f) << 12) | ((rest[2] & 0x3f) << 6) | (rest[3] & 0x3f),
            };
            if (value < 0x10000)
            {
                text.Append((char)value);
            }
            else
            {
                text.Append(char.ConvertFromUtf32(value));
            }

            rest = rest.Slice(length);
        }

        return text.ToString();
    }

    /// <summary>The text form, one to one.</summary>
    public override string ToString() => Escape(escapeSlash: false);

    /// <summary>The text form where a slash is a separator: one within the name is <c>\x2f</c>.</summary>
    internal string ToPathComponent() => Escape(escapeSlash: true);

    /// <inheritdoc/>
    public bool Equals(RawName other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RawName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        uint hash = 2166136261;
        foreach (byte b in Bytes)
        {
            hash = (hash ^ b) * 16777619;
        }

        return (int)hash;
    }

    /// <summary>By bytes.</summary>
    public int CompareTo(RawName other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <summary>True for the same bytes.</summary>
    public static bool operator ==(RawName left, RawName right) => left.Equals(right);

    /// <summary>True for other bytes.</summary>
    public static bool operator !=(RawName left, RawName right) => !left.Equals(right);

    /// <summary>True where the left comes first by bytes.</summary>
    public static bool operator <(RawName left, RawName right) => left.CompareTo(right) < 0;

    /// <summary>True where the left comes first by bytes, or both are the same.</summary>
    public static bool operator <=(RawName left, RawName right) => left.CompareTo(right) <= 0;

    /// <summary>True where the right comes first by bytes.</summary>
    public static bool operator >(RawName left, RawName right) => left.CompareTo(right) > 0;

    /// <summary>True where the right comes first by bytes, or both are the same.</summary>
    public static bool operator >=(RawName left, RawName right) => left.CompareTo(right) >= 0;

    private static int Hex(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'f' => c - 'a' + 10,
        _ => -1,
    };

    private string Escape(bool escapeSlash)
    {
        ReadOnlySpan<byte> bytes = Bytes;
        bool isPlain = true;
        foreach (byte b in bytes)
        {
            if (b is < 0x20 or >= 0x7f or (byte)'\\' || (escapeSlash && b == '/'))
            {
                isPlain = false;
                break;
            }
        }

        if (isPlain)
        {
            return Length == 0 ? string.Empty : Strict.GetString(_bytes!);
        }

        StringBuilder text = new(bytes.Length + 16);
        for (int i = 0; i < bytes.Length;)
        {
            int length = SequenceLength(bytes.Slice(i), surrogates: false);
            byte b = bytes[i];
            if (length == 0 || b is < 0x20 or 0x7f or (byte)'\\' || (escapeSlash && b == '/'))
            {
                text.Append("\\x").Append(b.ToString("x2", CultureInfo.InvariantCulture));
                i++;
                continue;
            }

            text.Append(Strict.GetString(_bytes!, i, length));
            i += length;
        }

        return text.ToString();
    }

    /// <summary>Bytes of the UTF-8 sequence at the start, 0 where there is none that is valid.</summary>
    private static int SequenceLength(ReadOnlySpan<byte> bytes, bool surrogates)
    {
        byte first = bytes[0];
        int length = first switch
        {
            < 0x80 => 1,
            >= 0xc2 and < 0xe0 => 2,
            >= 0xe0 and < 0xf0 => 3,
            >= 0xf0 and < 0xf5 => 4,
            _ => 0,
        };
        if (length == 0 || length > bytes.Length)
        {
            return 0;
        }

        for (int i = 1; i < length; i++)
        {
            if ((bytes[i] & 0xc0) != 0x80)
            {
                return 0;
            }
        }

        bool isValid = first switch
        {
            0xe0 => bytes[1] >= 0xa0,
            0xed => surrogates || bytes[1] < 0xa0,
            0xf0 => bytes[1] >= 0x90,
            0xf4 => bytes[1] < 0x90,
            _ => true,
        };
        return isValid ? length : 0;
    }
}
