namespace VmaTools.Compression;

/// <summary>The last three offsets, newest first, which live on from block to block of a frame.</summary>
internal readonly record struct RepeatOffsets(uint First, uint Second, uint Third)
{
    /// <summary>What a frame starts with.</summary>
    public static readonly RepeatOffsets Initial = new(1, 4, 8);
}
