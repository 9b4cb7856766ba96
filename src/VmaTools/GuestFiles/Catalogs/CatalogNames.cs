using System;
using System.IO;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>The names of a block, in place. It is used again for each block.</summary>
internal sealed class CatalogNames
{
    private const int MostAbove = 1 << 12;
    private const byte Separator = (byte)'/';

    private byte[] _bytes = [];
    private byte[] _folded = [];
    private int[] _starts = [];
    private int _length;
    private int _entriesAt;
    private bool _isFolded;
    private bool _isSplit;

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many directories lead down to the first.</summary>
    public int Above { get; private set; }

    /// <summary>The greatest length of a file.</summary>
    public long MaxLength { get; private set; }

    /// <summary>The first second that an entry was changed in, since 1970.</summary>
    public long FirstSecond { get; private set; }

    /// <summary>The last; before the first where no entry has a time.</summary>
    public long LastSecond { get; private set; }

    /// <summary>Takes a block's record.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Load(byte[] content)
    {
        ReadOnlySpan<byte> rest = content;
        Count = CatalogNumbers.ReadCount(ref rest, CatalogFormat.MostEntries);
        Above = CatalogNumbers.ReadCount(ref rest, MostAbove);
        MaxLength = (long)CatalogNumbers.Read(ref rest);
        FirstSecond = CatalogNumbers.ReadSigned(ref rest);
        LastSecond = CatalogNumbers.ReadSigned(ref rest);
        _length = Inflate(content, rest, CatalogFormat.MaxNameBytes, ref _bytes);
        _isFolded = false;
        _isSplit = false;
        ReadOnlySpan<byte> bytes = _bytes.AsSpan(0, _length);
        if (Count == 0 || _length == 0 || bytes[0] != Separator || bytes[_length - 1] != Separator || CountOf(bytes) != Above + Count + 1)
        {
            throw CatalogFormat.Damaged();
        }

        _entriesAt = 0;
        for (int i = 0; i < Above; i++)
        {
            _entriesAt += 1 + bytes.Slice(_entriesAt + 1).IndexOf(Separator);
        }
    }

    /// <summary>Marks the entries whose names match.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="marks">A mark for each entry.</param>
    /// <returns>Whether there were any.</returns>
    public bool Mark(NamePattern pattern, bool[] marks)
    {
        bool any = false;
        if (pattern.Needle.Length == 0)
        {
            for (int i = 0; i < Count; i++)
            {
                if (pattern.IsMatch(NameOf(i)))
                {
                    any = marks[i] = true;
                }
            }

            return any;
        }

        ReadOnlySpan<byte> needle = pattern.Needle;
        ReadOnlySpan<byte> bytes = Folded();
        for (int at = _entriesAt; ;)
        {
            int found = bytes.Slice(at).IndexOf(needle);
            if (found < 0)
            {
                return any;
            }

            // The slash before a name belongs to it here.
            int hit = at + found + (needle[0] == Separator ? 0 : -1);
            int start = bytes[hit] == Separator ? hit : bytes.Slice(0, hit).LastIndexOf(Separator);
            int entry = EntryAt(start);
            if (pattern.IsDecidedByNeedle || pattern.IsMatch(NameOf(entry)))
            {
                any = marks[entry] = true;
            }

            if (entry + 1 == Count)
            {
                return any;
            }

            at = _starts[entry + 1] - 1;
        }
    }

    /// <summary>An entry's name in its text form.</summary>
    public string NameOf(int entry)
    {
        Split();
        int start = _starts[entry];
        return Encoding.UTF8.GetString(_bytes, start, _starts[entry + 1] - 1 - start);
    }

    /// <summary>The names of the directories that lead down to the first entry.</summary>
    public string[] ReadAbove()
    {
        string[] names = new string[Above];
        int at = 1;
        for (int i = 0; i < Above; i++)
        {
            int length = _bytes.AsSpan(at).IndexOf(Separator);
            names[i] = Encoding.UTF8.GetString(_bytes, at, length);
            at += length + 1;
        }

        return names;
    }

    /// <summary>Inflates what <see cref="CatalogWriter.Deflate"/> wrote, into a buffer that grows.</summary>
    /// <param name="content">The record.</param>
    /// <param name="rest">What is left of it.</param>
    /// <param name="most">As many bytes as there can be.</param>
    /// <param name="buffer">The buffer.</param>
    /// <returns>How many bytes there are.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static int Inflate(byte[] content, ReadOnlySpan<byte> rest, int most, ref byte[] buffer)
    {
        int length = CatalogNumbers.ReadCount(ref rest, most);
        if (buffer.Length < length)
        {
            buffer = new byte[Math.Max(length, 2 * Math.Min(buffer.Length, most / 2))];
        }

        using MemoryStream stream = new(content, content.Length - rest.Length, rest.Length);
        using DeflateStream inflate = new(stream, CompressionMode.Decompress);
        try
        {
            int total = 0;
            while (total < length)
            {
                int read = inflate.Read(buffer, total, length - total);
                total += read > 0 ? read : throw CatalogFormat.Damaged();
            }

            return length;
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException(CatalogFormat.Damaged().Message, exception);
        }
    }

    private int EntryAt(int start)
    {
        Split();
        int entry = Array.BinarySearch(_starts, 0, Count, start + 1);
        return entry >= 0 ? entry : throw CatalogFormat.Damaged();
    }

    /// <summary>Finds where each name begins; behind the last stands where another would.</summary>
    private void Split()
    {
        if (_isSplit)
        {
            return;
        }

        if (_starts.Length <= Count)
        {
            _starts = new int[CatalogFormat.MostEntries + 1];
        }

        ReadOnlySpan<byte> bytes = _bytes.AsSpan(0, _length);
        int at = _entriesAt + 1;
        _starts[0] = at;
        for (int i = 1; i <= Count; i++)
        {
            at += bytes.Slice(at).IndexOf(Separator) + 1;
            _starts[i] = at;
        }

        _isSplit = true;
    }

    private ReadOnlySpan<byte> Folded()
    {
        if (!_isFolded)
        {
            if (_folded.Length < _bytes.Length)
            {
                _folded = new byte[_bytes.Length];
            }

            Fold(_bytes.AsSpan(0, _length), _folded);
            _isFolded = true;
        }

        return _folded.AsSpan(0, _length);
    }

    /// <summary>Copies bytes, letters of ASCII in lower case; eight at a time.</summary>
    private static void Fold(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        const ulong Low = 0x7F7F_7F7F_7F7F_7F7F;
        const ulong High = ~Low;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        Span<ulong> folded = MemoryMarshal.Cast<byte, ulong>(target);
        for (int i = 0; i < words.Length; i++)
        {
            // The high bit of a byte tells whether it is from A on, and whether it is beyond Z.
            ulong word = words[i];
            ulong fromA = (word & Low) + 0x3F3F_3F3F_3F3F_3F3F;
            ulong beyondZ = (word & Low) + 0x2525_2525_2525_2525;
            folded[i] = word | ((fromA & ~beyondZ & ~word & High) >> 2);
        }

        for (int i = words.Length * sizeof(ulong); i < bytes.Length; i++)
        {
            target[i] = bytes[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(bytes[i] | 0x20) : bytes[i];
        }
    }

    private static int CountOf(ReadOnlySpan<byte> bytes)
    {
#if !NETSTANDARD2_0
        return MemoryExtensions.Count(bytes, Separator);
#else
        int count = 0;
        foreach (byte b in bytes)
        {
            count += b == Separator ? 1 : 0;
        }

        return count;
#endif
    }
}
