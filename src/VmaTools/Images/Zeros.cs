using System;
using System.Runtime.InteropServices;

namespace VmaTools.Images;

/// <summary>Finds out whether bytes are all zero; on real data the first few words give the answer.</summary>
internal static class Zeros
{
    public static bool Only(ReadOnlySpan<byte> data)
    {
#if NET8_0_OR_GREATER
        return !data.ContainsAnyExcept((byte)0);
#else
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
#endif
    }
}
