using System;

namespace VmaTools.Testing;

/// <summary>Cuts and glues whole archives.</summary>
public static class Splice
{
    public static byte[] Cut(byte[] bytes, long length) => bytes[..(int)length];

    public static byte[] Remove(byte[] bytes, long at, int count) => [.. bytes[..(int)at], .. bytes[(int)(at + count)..]];

    public static byte[] Insert(byte[] bytes, long at, byte[] what) => [.. bytes[..(int)at], .. what, .. bytes[(int)at..]];

    public static byte[] Noise(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
