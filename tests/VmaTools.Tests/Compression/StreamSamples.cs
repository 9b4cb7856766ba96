using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace VmaTools.Tests.Compression;

/// <summary>Data that brings out what a compressor can do: the same bytes on every run, since fixtures are made of them.</summary>
internal static class StreamSamples
{
    private static readonly string[] Words =
        "the a disk of backup archive block cluster and extent header which reads writes then zero mask guest every 4096".Split(' ');

    public static IEnumerable<string> Names =>
        ["empty", "one", "zeros", "random", "text", "matches", "mixed", "small", "far", "periods"];

    public static byte[] Get(string name) => name switch
    {
        "empty" => [],
        "one" => [0x5A],
        "zeros" => new byte[10_000_000],
        "random" => Random(300_000, 1),
        "text" => Text(600_000, 2),
        "matches" => Matches(600_000, 3),
        "mixed" => Mixed(60_000, 4),
        "small" => Mixed(5_000, 12),
        "far" => Far(),
        "periods" => Periods(),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public static byte[] Random(int length, ulong seed)
    {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++)
        {
            data[i] = (byte)Next(ref seed);
        }

        return data;
    }

    public static byte[] Text(int length, ulong seed)
    {
        StringBuilder text = new(length + 16);
        while (text.Length < length)
        {
            uint pick = Next(ref seed);
            text.Append(Words[pick % (uint)Words.Length]).Append((pick >> 8) % 12 == 0 ? ".\n" : " ");
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    /// <summary>Copies of all lengths from all distances, with a few new bytes between them.</summary>
    public static byte[] Matches(int length, ulong seed)
    {
        byte[] data = new byte[length];
        int at = 0;
        while (at < length)
        {
            for (uint fresh = Next(ref seed) % 5; fresh > 0 && at < length; fresh--)
            {
                data[at++] = (byte)Next(ref seed);
            }

            if (at == 0)
            {
                continue;
            }

            int reach = Math.Min(at, 1 << (int)(Next(ref seed) % 17));
            int distance = 1 + (int)(Next(ref seed) % (uint)reach);
            int count = 3 + (int)(Next(ref seed) % (1u << (int)(Next(ref seed) % 11)));
            for (; count > 0 && at < length; count--, at++)
            {
                data[at] = data[at - distance];
            }
        }

        return data;
    }

    /// <summary>Pieces of all other kinds in turns.</summary>
    public static byte[] Mixed(int length, ulong seed)
    {
        MemoryStream data = new();
        while (data.Length < length)
        {
            int piece = 1 + (int)(Next(ref seed) % (uint)(length / 10));
            data.Write((Next(ref seed) % 4) switch
            {
                0 => Random(piece, seed),
                1 => Text(piece, seed),
                2 => Matches(piece, seed),
                _ => new byte[piece],
            });
        }

        return data.ToArray().AsSpan(0, length).ToArray();
    }

    /// <summary>Repeats from just within and just beyond the reach of a window of 32 KiB and of LZO's 48 KiB.</summary>
    private static byte[] Far()
    {
        MemoryStream data = new();
        foreach (int distance in new[] { 2048, 2049, 3072, 16384, 16385, 32506, 32768, 32769, 49151, 49152 })
        {
            byte[] piece = Random(distance, (ulong)distance);
            data.Write(piece);
            data.Write(piece.AsSpan(0, Math.Min(distance, 3000)));
        }

        return data.ToArray();
    }

    /// <summary>Runs that repeat with every period from 1 to 40.</summary>
    private static byte[] Periods() => Enumerable.Range(1, 40)
        .SelectMany(period => Enumerable.Range(0, 700 + period).Select(i => (byte)((i % period) + period)))
        .ToArray();

    // A generator (SplitMix64) of our own: the framework's may change from version to version.
    private static uint Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong value = state;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return (uint)(value >> 32);
    }
}
