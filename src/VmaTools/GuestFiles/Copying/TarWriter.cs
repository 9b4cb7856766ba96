using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace VmaTools.GuestFiles.Copying;

/// <summary>
/// Writes a tar archive in the pax interchange format: names of any length and bytes, times to the nanosecond, extended
/// attributes, holes in the form that GNU tar and libarchive read (sparse 1.0).
/// </summary>
/// <remarks>
/// An entry is a header of 512 bytes and its data, padded to 512. What does not fit the header stands in records of an
/// extended header before it: <c>length key=value\n</c>.
/// </remarks>
internal sealed class TarWriter
{
    private const int Block = 512;
    private const long MaxOctal12 = 0x1_FFFF_FFFF;
    private const long MaxOctal8 = 0x1F_FFFF;

    private readonly Stream _output;
    private long _written;

    public TarWriter(Stream output) => _output = output;

    /// <summary>Writes an entry's headers. Its content follows by <see cref="WriteContent"/>, ended by <see cref="EndContent"/>.</summary>
    /// <param name="entry">The entry.</param>
    public void Begin(TarEntry entry)
    {
        List<KeyValuePair<string, byte[]>> records = [];
        byte[] name = entry.Name;
        byte[] sparseMap = [];
        long size = entry.Size;
        if (entry.Data is { } data)
        {
            sparseMap = SparseMap(data, entry.Size);
            size = sparseMap.Length;
            foreach ((long _, long length) in data)
            {
                size += length;
            }

            records.Add(Record("GNU.sparse.major", "1"));
            records.Add(Record("GNU.sparse.minor", "0"));
            records.Add(new KeyValuePair<string, byte[]>("GNU.sparse.name", name));
            records.Add(Record("GNU.sparse.realsize", Text(entry.Size)));
        }

        if (name.Length > 100 || !IsAscii(name))
        {
            records.Add(new KeyValuePair<string, byte[]>("path", name));
        }

        if (entry.LinkName.Length > 100 || !IsAscii(entry.LinkName))
        {
            records.Add(new KeyValuePair<string, byte[]>("linkpath", entry.LinkName));
        }

        AddNumber(records, "size", size, MaxOctal12);
        AddNumber(records, "uid", entry.UserId, MaxOctal8);
        AddNumber(records, "gid", entry.GroupId, MaxOctal8);
        if (entry.Modified.Nanoseconds != 0 || entry.Modified.Seconds is < 0 or > MaxOctal12)
        {
            records.Add(Record("mtime", Seconds(entry.Modified)));
        }

        if (entry.Accessed is FileTime accessed)
        {
            records.Add(Record("atime", Seconds(accessed)));
        }

        if (entry.Changed is FileTime changed)
        {
            records.Add(Record("ctime", Seconds(changed)));
        }

        foreach (ExtendedAttributeValue attribute in entry.ExtendedAttributes)
        {
            // A key ends at the first equals sign, so that in a name is escaped, as GNU tar does.
            string attributeName = attribute.Name.ToString().Replace("%", "%25").Replace("=", "%3D");
            records.Add(new KeyValuePair<string, byte[]>("SCHILY.xattr." + attributeName, attribute.Value.ToArray()));
        }

        if (records.Count > 0)
        {
            byte[] extended = Join(records);
            WriteHeader("PaxHeader"u8.ToArray(), (byte)'x', extended.Length, new TarEntry { Mode = 0x1a4 });
            Write(extended);
            Pad();
        }

        WriteHeader(name, entry.TypeFlag, size, entry);
        Write(sparseMap);
    }

    /// <summary>Writes a part of an entry's content: for one with holes only what its data ranges hold.</summary>
    public void WriteContent(byte[] buffer, int count) => Write(buffer.AsSpan(0, count));

    /// <summary>Ends an entry's content.</summary>
    public void EndContent() => Pad();

    /// <summary>Ends the archive.</summary>
    public void End()
    {
        Write(new byte[2 * Block]);
        int rest = (int)(_written % (20 * Block));
        if (rest > 0)
        {
            Write(new byte[(20 * Block) - rest]);
        }
    }

    /// <summary>Takes back what was written since an offset in the output, which must be able to seek.</summary>
    public void Rewind(long position)
    {
        _output.SetLength(position);
        _output.Position = position;
        _written = position;
    }

    private static byte[] SparseMap(IReadOnlyList<(long Offset, long Length)> data, long size)
    {
        // GNU tar makes a file as long as its map tells: a hole at the end stands there as nothing behind it.
        bool endsInHole = data.Count == 0 || data[data.Count - 1].Offset + data[data.Count - 1].Length < size;
        IEnumerable<(long Offset, long Length)> parts = endsInHole ? [.. data, (size, 0)] : data;
        StringBuilder text = new();
        text.Append(Text(data.Count + (endsInHole ? 1 : 0))).Append('\n');
        foreach ((long offset, long length) in parts)
        {
            text.Append(Text(offset)).Append('\n').Append(Text(length)).Append('\n');
        }

        byte[] map = Encoding.ASCII.GetBytes(text.ToString());
        Array.Resize(ref map, (map.Length + Block - 1) / Block * Block);
        return map;
    }

    private void WriteHeader(byte[] name, byte type, long size, TarEntry entry)
    {
        byte[] header = new byte[Block];
        name.AsSpan(0, Math.Min(name.Length, 100)).CopyTo(header);
        Octal(header.AsSpan(100, 8), entry.Mode);
        Octal(header.AsSpan(108, 8), entry.UserId is >= 0 and <= MaxOctal8 ? entry.UserId : 0);
        Octal(header.AsSpan(116, 8), entry.GroupId is >= 0 and <= MaxOctal8 ? entry.GroupId : 0);
        Octal(header.AsSpan(124, 12), size <= MaxOctal12 ? size : 0);
        Octal(header.AsSpan(136, 12), entry.Modified.Seconds is >= 0 and <= MaxOctal12 ? entry.Modified.Seconds : 0);
        header.AsSpan(148, 8).Fill((byte)' ');
        header[156] = type;
        entry.LinkName.AsSpan(0, Math.Min(entry.LinkName.Length, 100)).CopyTo(header.AsSpan(157));
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        "00"u8.CopyTo(header.AsSpan(263));
        Octal(header.AsSpan(329, 8), entry.DeviceMajor);
        Octal(header.AsSpan(337, 8), entry.DeviceMinor);
        int sum = 0;
        foreach (byte b in header)
        {
            sum += b;
        }

        Octal(header.AsSpan(148, 7), sum);
        header[155] = (byte)' ';
        Write(header);
    }

    private static void Octal(Span<byte> field, long value)
    {
        field[field.Length - 1] = 0;
        for (int i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (int)(value & 7));
            value >>= 3;
        }
    }

    private static void AddNumber(List<KeyValuePair<string, byte[]>> records, string key, long value, long most)
    {
        if (value < 0 || value > most)
        {
            records.Add(Record(key, Text(value)));
        }
    }

    private static KeyValuePair<string, byte[]> Record(string key, string value) => new(key, Encoding.ASCII.GetBytes(value));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(FileTime time)
    {
        // A time before 1970 counts its fraction forwards; a decimal number counts it away from zero.
        long seconds = time.Seconds;
        int nanoseconds = time.Nanoseconds;
        string sign = string.Empty;
        if (seconds < 0)
        {
            sign = "-";
            seconds = nanoseconds > 0 ? -(seconds + 1) : -seconds;
            nanoseconds = nanoseconds > 0 ? 1_000_000_000 - nanoseconds : 0;
        }

        string text = sign + Text(seconds);
        return nanoseconds == 0 ? text : text + "." + nanoseconds.ToString("d9", CultureInfo.InvariantCulture);
    }

    private static byte[] Join(List<KeyValuePair<string, byte[]>> records)
    {
        using MemoryStream all = new();
        foreach (KeyValuePair<string, byte[]> record in records)
        {
            byte[] key = Encoding.UTF8.GetBytes(record.Key);

            // The length counts its own digits.
            int rest = 1 + key.Length + 1 + record.Value.Length + 1;
            int length = rest + Text(rest).Length;
            length = rest + Text(length).Length;
            byte[] head = Encoding.ASCII.GetBytes(Text(length) + " ");
            all.Write(head, 0, head.Length);
            all.Write(key, 0, key.Length);
            all.WriteByte((byte)'=');
            all.Write(record.Value, 0, record.Value.Length);
            all.WriteByte((byte)'\n');
        }

        return all.ToArray();
    }

    private static bool IsAscii(byte[] bytes) => Array.TrueForAll(bytes, static b => b is >= 0x20 and < 0x7f);

    private void Pad()
    {
        int rest = (int)(_written % Block);
        if (rest > 0)
        {
            Write(new byte[Block - rest]);
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
#if NETSTANDARD2_0
        Bytes.StreamSpans.Write(_output, bytes);
#else
        _output.Write(bytes);
#endif
        _written += bytes.Length;
    }
}
