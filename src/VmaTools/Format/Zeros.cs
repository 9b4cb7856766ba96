using System;

namespace VmaTools.Format;

/// <summary>Tells zeros from data.</summary>
internal static class Zeros
{
    public static bool AreAll(ReadOnlySpan<byte> bytes) =>
#if NETSTANDARD2_0
        bytes.IsEmpty || (bytes[0] == 0 && bytes.Slice(1).SequenceEqual(bytes.Slice(0, bytes.Length - 1)));
#else
        bytes.IndexOfAnyExcept((byte)0) < 0;
#endif
}
