
namespace VmaTools.Indexing;

/// <summary>How far checkpoints are apart, in bytes of decoded data unless said otherwise.</summary>
internal sealed record CheckpointDistances
{
    private const long MiB = 1 << 20;

    /// <summary>
    /// For archives: so near that a few bytes anywhere are there in some 10 ms, so far apart that an index is about a hundredth of its
    /// archive.
    /// </summary>
    public static CheckpointDistances Default { get; } = new();

    /// <summary>The first place in a zstd stream where the next checkpoint may be...</summary>
    public long First { get; init; } = 8 * MiB;

    /// <summary>...and the last, unless all places are dear. Between them lies an edge of a stream made by several threads.</summary>
    public long Last { get; init; } = 12 * MiB;

    /// <summary>How much of what follows must be known before a place is chosen.</summary>
    public long LookAhead { get; init; } = MiB;

    /// <summary>Where all places are dear, the interval grows up to this.</summary>
    public long Longest { get; init; } = 64 * MiB;

    /// <summary>The end of a frame costs nothing, and is taken from here on.</summary>
    public long FrameEnd { get; init; } = 4 * MiB;

    /// <summary>A gzip checkpoint costs up to 32 KiB, and decoding is slow.</summary>
    public long Gzip { get; init; } = 4 * MiB;

    /// <summary>Compressed bytes that lie between two, too, so that the index stays small where data compresses well...</summary>
    public long GzipCompressed { get; init; } = 5 * MiB / 4;

    /// <summary>...unless they are this far apart.</summary>
    public long GzipMost { get; init; } = 16 * MiB;

    /// <summary>An lzop checkpoint costs a few bytes.</summary>
    public long Lzop { get; init; } = 2 * MiB;

    /// <summary>A bzip2 checkpoint costs a few bytes, and decoding is very slow: each of the usual blocks of 900,000 bytes has one.</summary>
    public long Bzip2 { get; init; } = MiB / 2;

    /// <summary>How far back from where the decoder stands a zstd checkpoint may be put.</summary>
    public long Kept => Last - First + LookAhead;
}
