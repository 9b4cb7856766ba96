using System.Runtime.CompilerServices;

namespace VmaTools.Compression;

/// <summary>One state of a finite-state entropy decoding table, packed so that one load brings everything.</summary>
/// <remarks>
/// <code>
/// bits 0-7    number of bits to read for the next state
/// bits 8-15   number of extra bits of the symbol's value
/// bits 16-31  index of the next state, to which the bits read are added
/// bits 32-63  smallest value of the symbol, to which the extra bits are added
/// </code>
/// The two bit counts may be added up over several entries without carrying into each other.
/// </remarks>
internal static class FseEntry
{
    public static ulong Symbol(uint baseline, int extraBits) => ((ulong)baseline << 32) | ((uint)extraBits << 8);

    public static ulong Transition(int nextState, int bits) => ((ulong)(uint)nextState << 16) | (uint)bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StateBits(ulong entry) => (byte)entry;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ExtraBits(ulong entry) => (byte)(entry >> 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int NextState(ulong entry) => (ushort)(entry >> 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Baseline(ulong entry) => (uint)(entry >> 32);
}
