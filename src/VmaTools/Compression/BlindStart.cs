namespace VmaTools.Compression;

/// <summary>Where decoding can go on behind damage.</summary>
/// <param name="Bit">In the compressed file, counted in bits.</param>
/// <param name="MostLost">The most that can have been decoded from what is skipped, in bytes; null where that is not known.</param>
internal sealed record BlindStart(long Bit, long? MostLost = null)
{
    /// <summary>The byte that it is in.</summary>
    public long Position => Bit >> 3;
}
