namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>What is stored of a block of a file's content.</summary>
/// <param name="Start">Where on the volume.</param>
/// <param name="Stored">Bytes there; 0 for a block of zeros.</param>
/// <param name="IsCompressed">Whether they are compressed.</param>
internal readonly record struct SquashBlock(long Start, int Stored, bool IsCompressed)
{
    private const uint IsPlain = 1 << 24;

    /// <summary>A block as lists of blocks have it: its length, bit 24 set where it is not compressed.</summary>
    /// <param name="start">Where it is.</param>
    /// <param name="size">What the list says.</param>
    /// <param name="most">Bytes that there are at the most.</param>
    /// <exception cref="VmaFileSystemException">It is longer.</exception>
    public static SquashBlock Of(long start, uint size, int most) => (size & ~IsPlain) <= most
        ? new SquashBlock(start, (int)(size & ~IsPlain), (size & IsPlain) == 0)
        : throw SquashErrors.Damaged("A block has a length that makes no sense.", start);
}
