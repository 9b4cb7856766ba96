using System;
using System.IO;
using System.Text;

namespace VmaTools.Tests.Compression;

/// <summary>Contents to compress: the same bytes on every machine, so that fixtures hold only their compressed form.</summary>
internal static class ZstdSamples
{
    public static byte[] Make(string name) => name switch
    {
        "empty" => [],
        "one" => [0x5A],
        "zeros" => new byte[10_000_000],
        "random" => Random(300_000),
        "text" => Text(280_000),
        "records" => Records(140_000),
        "mixed" => Mixed(240_000),
        "small" => Mixed(20_000),
        "patterns" => Patterns(200_000),
        "far" => Far(4_000_000),
        "veryfar" => Far(20_000_000),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    private static byte[] Random(int size)
    {
        byte[] bytes = new byte[size];
        new Dice(1).Fill(bytes);
        return bytes;
    }

    private static byte[] Text(int size)
    {
        var dice = new Dice(2);
        string[] words = new string[800];
        for (int i = 0; i < words.Length; i++)
        {
            var word = new StringBuilder();
            for (int letters = 2 + dice.Below(8); letters > 0; letters--)
            {
                word.Append("etaoinshrdlucmfwypvbgkjqxz"[Math.Min(dice.Below(26), dice.Below(26))]);
            }

            words[i] = word.ToString();
        }

        var text = new StringBuilder();
        while (text.Length < size)
        {
            text.Append(words[Math.Min(dice.Below(words.Length), dice.Below(words.Length))]).Append(dice.Below(12) == 0 ? ".\n" : " ");
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, size));
    }

    private static byte[] Records(int size)
    {
        var dice = new Dice(3);
        var bytes = new MemoryStream();
        for (int i = 0; bytes.Length < size; i++)
        {
            bytes.Write(BitConverter.GetBytes(i));
            bytes.Write(BitConverter.GetBytes(dice.Below(1000)));
            bytes.Write([0, 0, 0, (byte)dice.Below(4), 0xFF, (byte)i]);
        }

        bytes.SetLength(size);
        return bytes.ToArray();
    }

    // Runs of bytes at every small distance, and of every small length.
    private static byte[] Patterns(int size)
    {
        var dice = new Dice(4);
        byte[] bytes = new byte[size];
        int position = 0;
        while (position < size)
        {
            int period = 1 + dice.Below(40);
            int fresh = Math.Min(size - position, period + dice.Below(6));
            dice.Fill(bytes.AsSpan(position, fresh));
            position += fresh;
            for (int run = dice.Below(8) == 0 ? dice.Below(3000) : dice.Below(80); run > 0 && position < size && position >= period; run--)
            {
                bytes[position] = bytes[position - period];
                position++;
            }
        }

        return bytes;
    }

    private static byte[] Mixed(int size)
    {
        var dice = new Dice(5);
        byte[][] kinds = [Text(size), Records(size), Random(size), Patterns(size), new byte[size]];
        byte[] bytes = new byte[size];
        int position = 0;
        while (position < size)
        {
            int length = Math.Min(size - position, 1 + dice.Below(size / 20));
            if (dice.Below(4) == 0 && position > length)
            {
                bytes.AsSpan(dice.Below(position - length), length).CopyTo(bytes.AsSpan(position));
            }
            else
            {
                byte[] kind = kinds[dice.Below(8) switch { < 3 => 0, < 5 => 1, 5 => 2, 6 => 3, _ => 4 }];
                kind.AsSpan(dice.Below(size - length + 1), length).CopyTo(bytes.AsSpan(position));
            }

            position += length;
        }

        return bytes;
    }

    // The same incompressible bytes at both ends, and pieces of them between.
    private static byte[] Far(int size)
    {
        var dice = new Dice(6);
        byte[] bytes = new byte[size];
        byte[] piece = Random(300_000);
        piece.CopyTo(bytes, 0);
        for (int position = piece.Length; position < size - piece.Length; position += 40_000)
        {
            int length = dice.Below(3000);
            piece.AsSpan(dice.Below(piece.Length - length), length).CopyTo(bytes.AsSpan(position));
        }

        piece.CopyTo(bytes, size - piece.Length);
        return bytes;
    }
}

/// <summary>Pseudo-random numbers that stay the same whatever the framework does to its own.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = unchecked((seed * 0x9E3779B97F4A7C15) | 1);

    public int Below(int limit) => (int)(Next() % (uint)limit);

    public void Fill(Span<byte> bytes)
    {
        foreach (ref byte value in bytes)
        {
            value = (byte)Next();
        }
    }

    private uint Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (uint)(_state >> 32);
    }
}
