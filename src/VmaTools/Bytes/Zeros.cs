using System;
#if NETSTANDARD2_0
using System.Runtime.InteropServices;
#endif

namespace VmaTools.Bytes;

/// <summary>Tells zeros from data; on real data the first few words give the answer.</summary>
internal static class Zeros
{
    public static bool AreAll(ReadOnlySpan<byte> data)
    {
#if NETSTANDARD2_0
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (ulong word in words)
        {
            if (word != 0)
            {
                return false;
            }
        }

        foreach (byte last in data.Slice(words.Length * sizeof(ulong)))
        {
            if (last != 0)
            {
                return false;
            }
        }

        return true;
#else
        return !data.ContainsAnyExcept((byte)0);
#endif
    }
}
