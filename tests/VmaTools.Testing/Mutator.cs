using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;

namespace VmaTools.Testing;

/// <summary>Small changes to bytes and texts.</summary>
public static class Mutator
{
    /// <summary>Changes bytes in one to three places: flipped, replaced, cut, removed, inserted, doubled or filled.</summary>
    public static byte[] Change(byte[] original, Random random)
    {
        List<byte> data = [.. original];
        for (int i = random.Next(3); i >= 0 && data.Count > 0; i--)
        {
            // Half of all go where headers are, a quarter to the end.
            int at = random.Next(4) switch
            {
                0 or 1 => random.Next(Math.Min(data.Count, 160)),
                2 => data.Count - 1 - random.Next(Math.Min(data.Count, 16)),
                _ => random.Next(data.Count),
            };
            int length = Math.Min(random.Next(1, 200), data.Count - at);
            switch (random.Next(8))
            {
                case 0:
                    data[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    data[at] = (byte)random.Next(256);
                    break;
                case 2:
                    data.RemoveRange(at, data.Count - at);
                    break;
                case 3:
                    data.RemoveRange(at, length);
                    break;
                case 4:
                    data.InsertRange(at, Splice.Noise(random.Next(1, 20), random.Next()));
                    break;
                case 5:
                    data.InsertRange(random.Next(data.Count), data.GetRange(at, length));
                    break;
                default:
                    byte value = (byte)(random.Next(2) * 255);
                    for (int end = Math.Min(data.Count, at + random.Next(1, 9)); at < end; at++)
                    {
                        data[at] = value;
                    }

                    break;
            }
        }

        return [.. data];
    }

    /// <summary>Puts a number into a field that few writers would.</summary>
    public static void PutStrange(Span<byte> field, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                field.Clear();
                break;
            case 1:
                field.Fill(0xff);
                break;
            case 2:
                random.NextBytes(field);
                break;
            case 3:
                field.Clear();
                field[random.Next(field.Length)] = (byte)(1 << random.Next(8));
                break;
            default:
                field[^1] += (byte)random.Next(-2, 3);
                break;
        }
    }

    /// <summary>A text put together of pieces that names and values are made of, and of any others.</summary>
    public static string Text(IReadOnlyList<string> pieces, int most, Random random)
    {
        using StringWriter text = new();
        for (int i = random.Next(most); i >= 0; i--)
        {
            if (random.Next(5) == 0)
            {
                text.Write((char)random.Next(random.Next(2) == 0 ? 0x80 : 0x10000));
            }
            else
            {
                text.Write(pieces[random.Next(pieces.Count)]);
            }
        }

        return text.ToString();
    }

    /// <summary>A number that is at some edge.</summary>
    public static long Number(long usual, Random random) => random.Next(7) switch
    {
        0 => 0,
        1 => -1,
        2 => long.MaxValue,
        3 => long.MaxValue - 1000,
        4 => 1L << random.Next(63),
        _ => usual + random.Next(-200, 200),
    };

    public static long ReadInt64(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
}
