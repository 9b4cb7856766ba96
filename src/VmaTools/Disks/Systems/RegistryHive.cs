using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace VmaTools.Disks.Systems;

/// <summary>
/// A hive of the Windows registry (regf), read-only: keys by path and their values. Cells are read as they are needed; what a
/// hive's own log holds is not replayed.
/// </summary>
/// <remarks>
/// Everything behind the header of 4096 bytes is counted from there. A cell is a signed length (negative: in use) and its data;
/// a key (<c>nk</c>) names its list of subkeys (<c>lf lh li ri</c>) and its list of values (<c>vk</c>).
/// </remarks>
internal sealed class RegistryHive
{
    private const int HeaderSize = 4096;
    private const int MaxCell = 1 << 20;
    private const int MaxKeys = 100_000;
    private const int MaxDepth = 4;
    private const int BigDataSegment = 16344;

    private readonly Stream _hive;
    private readonly uint _root;

    private RegistryHive(Stream hive, uint root)
    {
        _hive = hive;
        _root = root;
    }

    /// <summary>Opens a hive, or gives null where the stream holds none.</summary>
    /// <param name="hive">Readable and seekable; stays open.</param>
    public static RegistryHive? Open(Stream hive)
    {
        byte[] header = new byte[0x30];
        return TryRead(hive, 0, header) && header.AsSpan(0, 4).SequenceEqual("regf"u8)
            ? new RegistryHive(hive, BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(0x24)))
            : null;
    }

    /// <summary>The values of a key, by their names; null where there is no such key, or it cannot be read.</summary>
    /// <param name="path">Names from the root down.</param>
    public IReadOnlyList<KeyValuePair<string, byte[]>>? ReadValues(params string[] path)
    {
        uint key = _root;
        foreach (string name in path)
        {
            if (FindSubkey(key, name) is not uint next)
            {
                return null;
            }

            key = next;
        }

        return ReadKeyValues(key);
    }

    private uint? FindSubkey(uint key, string name)
    {
        byte[]? cell = ReadKey(key);
        if (cell is null)
        {
            return null;
        }

        foreach (uint subkey in ReadList(BinaryPrimitives.ReadUInt32LittleEndian(cell.AsSpan(28)), 0))
        {
            if (ReadKey(subkey) is byte[] child && string.Equals(NameOf(child, 72, 76, (child[2] & 0x20) != 0), name, StringComparison.OrdinalIgnoreCase))
            {
                return subkey;
            }
        }

        return null;
    }

    private byte[]? ReadKey(uint offset) => ReadCell(offset) is { Length: >= 76 } cell && cell[0] == 'n' && cell[1] == 'k' ? cell : null;

    private IEnumerable<uint> ReadList(uint offset, int depth)
    {
        byte[]? list = depth < MaxDepth ? ReadCell(offset) : null;
        if (list is null || list.Length < 4)
        {
            yield break;
        }

        int count = Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(list.AsSpan(2)), MaxKeys);
        bool isHashed = list[0] == 'l' && list[1] is (byte)'f' or (byte)'h';
        bool isIndex = list[0] == 'r' && list[1] == 'i';
        int step = isHashed ? 8 : 4;
        for (int i = 0; i < count && 4 + ((i + 1) * step) <= list.Length; i++)
        {
            uint entry = BinaryPrimitives.ReadUInt32LittleEndian(list.AsSpan(4 + (i * step)));
            if (!isIndex)
            {
                yield return entry;
                continue;
            }

            foreach (uint subkey in ReadList(entry, depth + 1))
            {
                yield return subkey;
            }
        }
    }

    private List<KeyValuePair<string, byte[]>>? ReadKeyValues(uint key)
    {
        byte[]? cell = ReadKey(key);
        if (cell is null)
        {
            return null;
        }

        List<KeyValuePair<string, byte[]>> values = [];
        int count = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(cell.AsSpan(36)), MaxKeys);
        byte[]? list = count > 0 ? ReadCell(BinaryPrimitives.ReadUInt32LittleEndian(cell.AsSpan(40))) : null;
        for (int i = 0; list is not null && i < count && (i + 1) * 4 <= list.Length; i++)
        {
            byte[]? value = ReadCell(BinaryPrimitives.ReadUInt32LittleEndian(list.AsSpan(i * 4)));
            if (value is { Length: >= 20 } && value[0] == 'v' && value[1] == 'k' && ReadData(value) is byte[] data)
            {
                values.Add(new KeyValuePair<string, byte[]>(NameOf(value, 2, 20, (value[16] & 1) != 0), data));
            }
        }

        return values;
    }

    private byte[]? ReadData(byte[] value)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(4));
        if ((length & 0x80000000) != 0)
        {
            return value.AsSpan(8, (int)Math.Min(length & 0x7fffffff, 4)).ToArray();
        }

        // Values that are spread over several cells are longer than any that is wanted here.
        byte[]? data = length <= BigDataSegment ? ReadCell(BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(8))) : null;
        return data is not null && data.Length >= length ? data.AsSpan(0, (int)length).ToArray() : null;
    }

    private byte[]? ReadCell(uint offset)
    {
        byte[] size = new byte[4];
        long position = HeaderSize + (long)offset;
        if (offset == uint.MaxValue || !TryRead(_hive, position, size))
        {
            return null;
        }

        long length = -(long)BinaryPrimitives.ReadInt32LittleEndian(size) - 4;
        if (length is <= 0 or > MaxCell || position + 4 + length > _hive.Length)
        {
            return null;
        }

        byte[] cell = new byte[length];
        return TryRead(_hive, position + 4, cell) ? cell : null;
    }

    private static string NameOf(byte[] cell, int lengthAt, int nameAt, bool isLatin)
    {
        int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(cell.AsSpan(lengthAt)), Math.Max(0, cell.Length - nameAt));
        if (!isLatin)
        {
            return Encoding.Unicode.GetString(cell, nameAt, length);
        }

        StringBuilder name = new(length);
        for (int i = 0; i < length; i++)
        {
            name.Append((char)cell[nameAt + i]);
        }

        return name.ToString();
    }

    private static bool TryRead(Stream stream, long offset, byte[] buffer)
    {
        if (offset > stream.Length - buffer.Length)
        {
            return false;
        }

        stream.Position = offset;
        int done = 0;
        int read;
        while (done < buffer.Length && (read = stream.Read(buffer, done, buffer.Length - done)) > 0)
        {
            done += read;
        }

        return done == buffer.Length;
    }
}
