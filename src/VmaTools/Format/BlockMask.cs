using VmaTools.Bytes;

namespace VmaTools.Format;

/// <summary>
/// Reads the mask of a cluster's blocks: bit <c>i</c> set, block <c>i</c> is stored; clear, it is zero. Only what is stored is
/// there, block after block.
/// </summary>
internal static class BlockMask
{
    public static bool IsStored(int mask, int block) => (mask & (1 << block)) != 0;

    /// <summary>The mask with one more block.</summary>
    public static int With(int mask, int block) => mask | (1 << block);

    /// <summary>Number of stored blocks before <paramref name="block"/>, which is where it is among them.</summary>
    public static int StoredBefore(int mask, int block) => Bits.Count((ulong)(mask & ((1 << block) - 1)));

    /// <summary>The end of the run of blocks, all stored or all zero, that <paramref name="block"/> is in.</summary>
    public static int EndOfRun(int mask, int block)
    {
        // The first bit from there on that is not like its own.
        int changes = IsStored(mask, block) ? ~mask : mask;
        return System.Math.Min(Layout.BlocksPerCluster, Bits.TrailingZeros((ulong)(uint)(changes >> block)) + block);
    }

    /// <summary>How many of a cluster's first <paramref name="length"/> bytes are stored.</summary>
    public static int StoredWithin(int mask, int length)
    {
        int whole = length / Layout.BlockSize;
        int rest = length % Layout.BlockSize;
        return (StoredBefore(mask, whole) * Layout.BlockSize) + (rest > 0 && IsStored(mask, whole) ? rest : 0);
    }

    /// <summary>The end of the last stored block; 0 where none is.</summary>
    public static int End(int mask)
    {
        int end = Layout.BlocksPerCluster;
        while (end > 0 && !IsStored(mask, end - 1))
        {
            end--;
        }

        return end;
    }
}
