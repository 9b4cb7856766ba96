namespace VmaTools;

/// <summary>A range of a file's content.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
public sealed record VmaFileRange(long Offset, long Length)
{
    /// <summary>The range.</summary>
    public override string ToString() => $"{nameof(VmaFileRange)}: {Offset}+{Length}";
}
