namespace VmaTools.Compression;

/// <summary>What the checksums of some blocks of a bzip2 stream give together, whatever those of the blocks before them gave.</summary>
/// <param name="Blocks">Number of blocks.</param>
/// <param name="Value">What they give where nothing was before.</param>
/// <param name="Told">What the end of the stream says that all of its blocks give; null where that was not reached.</param>
internal readonly record struct Bzip2Sum(long Blocks, uint Value, uint? Told)
{
    /// <summary>With one block more.</summary>
    public Bzip2Sum With(uint checksum) => this with { Blocks = Blocks + 1, Value = Rotate(Value, 1) ^ checksum };

    /// <summary>What all blocks give together.</summary>
    /// <param name="before">What those before these gave.</param>
    public uint After(uint before) => Rotate(before, (int)(Blocks & 31)) ^ Value;

    private static uint Rotate(uint value, int count) => count == 0 ? value : (value << count) | (value >> (32 - count));
}
