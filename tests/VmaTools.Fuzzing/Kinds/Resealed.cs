using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using VmaTools.Bytes;

namespace VmaTools.Fuzzing;

/// <summary>The parts of an index, to be changed and put together again. It knows the format from its description.</summary>
internal sealed class Resealed
{
    private readonly byte[] _head;
    private readonly List<(int Kind, byte[] Content)> _records = [];

    public Resealed(byte[] bytes)
    {
        int at = 24 + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        _head = bytes[..at];
        while (at < bytes.Length - 24)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4));
            _records.Add((BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)), bytes[(at + 16)..(at + 16 + length)]));
            at += 16 + length;
        }
    }

    public byte[] Spoil(Random random)
    {
        // The last record of all is the directory; that is of interest more often than each of the others.
        int spoilt = random.Next(3) == 0 ? _records.Count - 1 : random.Next(_records.Count);
        using MemoryStream index = new();
        index.Write(_head);
        List<long> intervals = [];
        List<long> extents = [];
        for (int i = 0; i < _records.Count; i++)
        {
            (int kind, byte[] content) = _records[i];
            content = [.. content];
            switch (kind)
            {
                case 1:
                    intervals.Add(index.Position);
                    break;
                case 2:
                    extents.Add(index.Position);
                    break;
                default:
                    PutDirectory(content, intervals, extents);
                    break;
            }

            content = i == spoilt ? Change(kind, content, random) : content;
            long start = index.Position;
            byte[] header = new byte[16];
            BinaryPrimitives.WriteInt32LittleEndian(header, kind);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), content.Length);
            Xxh64 hash = new();
            hash.Append(header.AsSpan(0, 8));
            hash.Append(content);
            BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), hash.Digest());
            index.Write(header);
            index.Write(content);
            if (i == _records.Count - 1)
            {
                byte[] trailer = new byte[24];
                BinaryPrimitives.WriteInt64LittleEndian(trailer, start);
                BinaryPrimitives.WriteUInt64LittleEndian(trailer.AsSpan(8), Xxh64.Of(trailer.AsSpan(0, 8)));
                "VMAIXEND"u8.CopyTo(trailer.AsSpan(16));
                index.Write(trailer);
            }
        }

        return index.ToArray();
    }

    private static void PutDirectory(byte[] content, List<long> intervals, List<long> extents)
    {
        // Among intervals, all extents stand there twice: as they came, and once more together, which is where the directory leads.
        extents = intervals.Count == 0 ? extents : extents[(extents.Count / 2)..];
        int at = content.Length - (8 * extents.Count);
        for (int i = 0; i < extents.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(at + (8 * i)), extents[i]);
        }

        at -= 4 + (24 * intervals.Count);
        for (int i = 0; i < intervals.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(at + (24 * i) + 16), intervals[i]);
        }
    }

    private static byte[] Change(int kind, byte[] content, Random random)
    {
        int plain = kind switch { 1 => 36 + (8 * BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(32))), 2 => 12, _ => content.Length };
        if (plain == content.Length || random.Next(4) == 0)
        {
            Put(content, random.Next(Math.Min(plain, kind == 3 ? 40 : 36)), random);
            return content;
        }

        using MemoryStream inflated = new();
        using (DeflateStream deflate = new(new MemoryStream(content, plain, content.Length - plain), CompressionMode.Decompress))
        {
            deflate.CopyTo(inflated);
        }

        byte[] inner = inflated.ToArray();
        Put(inner, random.Next(Math.Min(inner.Length, random.Next(2) == 0 ? 24 : 300)), random);
        using MemoryStream result = new();
        result.Write(content, 0, plain);
        using (DeflateStream deflate = new(result, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(inner);
        }

        return result.ToArray();
    }

    private static void Put(byte[] bytes, int at, Random random)
    {
        if (random.Next(2) == 0 && bytes.Length >= 8)
        {
            at = Math.Min(at & ~7, bytes.Length - 8);
            long value = Mutator.Number(Mutator.ReadInt64(bytes, at), random);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), value);
            return;
        }

        bytes[at] = (byte)random.Next(256);
    }
}
