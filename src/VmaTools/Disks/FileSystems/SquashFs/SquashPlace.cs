namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>A place in metadata.</summary>
/// <param name="Block">Where on the volume its block is stored.</param>
/// <param name="Within">Which byte of the decoded block.</param>
internal readonly record struct SquashPlace(long Block, int Within)
{
    /// <summary>The place that a reference names: the block's place in its table, and the byte in it.</summary>
    public static SquashPlace Of(long table, ulong reference) => new(table + (long)(reference >> 16 & 0xFFFFFFFF), (int)(reference & 0xFFFF));
}
