using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;

namespace VmaTools.Disks.FileSystems.Ext.Folding;

/// <summary>
/// Folds names as ext4 does in directories that tell no case: full case folding, canonical decomposition in canonical order, and
/// nothing that is to be ignored, by Unicode 12.1 and no culture.
/// </summary>
internal static class NameFolding
{
    private const int HangulFirst = 0xAC00;
    private const int HangulLast = 0xD7A3;
    private const int HangulLead = 0x1100;
    private const int HangulVowel = 0x1161;
    private const int HangulTail = 0x11A7;
    private const int HangulTails = 28;
    private const int HangulVowels = 21 * HangulTails;

    private static readonly (int First, int Last)[] Ignored =
    [
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E),
        (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
        (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    ];

    private static readonly Lazy<Tables> Unicode = new(Tables.Read);

    /// <summary>
    /// The folded form of a name, in UTF-8; null for one that has none, because it is not valid or has characters that are not
    /// assigned: such a name equals itself only.
    /// </summary>
    public static byte[]? Fold(RawName name)
    {
        byte[] ascii = name.Bytes.ToArray();
        bool isAscii = true;
        for (int i = 0; i < ascii.Length; i++)
        {
            isAscii &= ascii[i] < 0x80;
            ascii[i] |= (byte)(ascii[i] is >= (byte)'A' and <= (byte)'Z' ? 0x20 : 0);
        }

        return isAscii ? ascii : FoldUnicode(name);
    }

    private static byte[]? FoldUnicode(RawName name)
    {
        // Lone surrogates are valid in no UTF-8, but in what a name's UTF-16 may hold.
        if (name.ToUtf16() is not string text)
        {
            return null;
        }

        Tables tables = Unicode.Value;
        List<int> folded = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !char.IsSurrogatePair(text, i))
            {
                return null;
            }

            int point = char.ConvertToUtf32(text, i);
            i += point > 0xFFFF ? 1 : 0;
            if (tables.IsUnassigned(point))
            {
                return null;
            }

            Append(folded, point, tables);
        }

        Reorder(folded, tables);
        return Encode(folded);
    }

    private static void Append(List<int> folded, int point, Tables tables)
    {
        if (point is >= HangulFirst and <= HangulLast)
        {
            int index = point - HangulFirst;
            folded.Add(HangulLead + (index / HangulVowels));
            folded.Add(HangulVowel + (index % HangulVowels / HangulTails));
            if (index % HangulTails != 0)
            {
                folded.Add(HangulTail + (index % HangulTails));
            }
        }
        else if (tables.Mapped.TryGetValue(point, out int[]? mapped))
        {
            folded.AddRange(mapped);
        }
        else if (!Array.Exists(Ignored, range => point >= range.First && point <= range.Last))
        {
            folded.Add(point);
        }
    }

    /// <summary>Puts marks that combine with a character in the order of their classes; those of one class stay in theirs.</summary>
    private static void Reorder(List<int> points, Tables tables)
    {
        for (int i = 1; i < points.Count; i++)
        {
            int combining = tables.ClassOf(points[i]);
            for (int at = i; combining != 0 && at > 0 && tables.ClassOf(points[at - 1]) > combining; at--)
            {
                (points[at], points[at - 1]) = (points[at - 1], points[at]);
            }
        }
    }

    private static byte[] Encode(List<int> points)
    {
        using MemoryStream bytes = new(points.Count * 2);
        foreach (int point in points)
        {
            byte[] one = System.Text.Encoding.UTF8.GetBytes(char.ConvertFromUtf32(point));
            bytes.Write(one, 0, one.Length);
        }

        return bytes.ToArray();
    }

    /// <summary>Ranges of code points, each with a value, in order.</summary>
    private sealed class Ranges
    {
        private readonly int[] _first;
        private readonly int[] _end;
        private readonly byte[] _value;

        public Ranges(Stream packed, bool hasValues)
        {
            int count = ReadNumber(packed);
            _first = new int[count];
            _end = new int[count];
            _value = new byte[count];
            int last = 0;
            for (int i = 0; i < count; i++)
            {
                _first[i] = last + ReadNumber(packed);
                last = _end[i] = _first[i] + ReadNumber(packed);
                _value[i] = hasValues ? (byte)ReadNumber(packed) : (byte)1;
            }
        }

        /// <summary>The value of the range that a code point lies in; 0 for none.</summary>
        public int Of(int point)
        {
            int index = Array.BinarySearch(_first, point);
            index = index < 0 ? ~index - 1 : index;
            return index >= 0 && point < _end[index] ? _value[index] : 0;
        }
    }

    private sealed class Tables
    {
        private readonly Ranges _classes;
        private readonly Ranges _unassigned;

        private Tables(Stream packed)
        {
            int last = 0;
            for (int left = ReadNumber(packed); left > 0; left--)
            {
                int point = last + ReadNumber(packed);
                int run = ReadNumber(packed);
                int stride = 1 + (run & 1);
                int[] distances = new int[ReadNumber(packed)];
                for (int i = 0; i < distances.Length; i++)
                {
                    int distance = ReadNumber(packed);
                    distances[i] = (distance & 1) != 0 ? -((distance + 1) / 2) : distance / 2;
                }

                for (int i = 0; i < run / 2; i++)
                {
                    last = point + (i * stride);
                    int from = last;
                    Mapped[last] = Array.ConvertAll(distances, distance => from + distance);
                }
            }

            _classes = new Ranges(packed, true);
            _unassigned = new Ranges(packed, false);
        }

        public Dictionary<int, int[]> Mapped { get; } = [];

        public static Tables Read()
        {
            using MemoryStream packed = new(Convert.FromBase64String(NameFoldingTables.Packed));
            using DeflateStream unpacked = new(packed, CompressionMode.Decompress);
            using MemoryStream numbers = new();
            unpacked.CopyTo(numbers);
            numbers.Position = 0;
            return new Tables(numbers);
        }

        public int ClassOf(int point) => _classes.Of(point);

        public bool IsUnassigned(int point) => _unassigned.Of(point) != 0;
    }

    private static int ReadNumber(Stream packed)
    {
        int value = 0;
        for (int shift = 0; ; shift += 7)
        {
            int next = packed.ReadByte();
            value |= (next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
