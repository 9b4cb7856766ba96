using System;

namespace VmaTools.Compression;

/// <summary>Begins to decode deflate data in the middle.</summary>
internal static class BlindInflater
{
    /// <summary>A decoder at a bit of the source, which stands at the byte that it is in.</summary>
    /// <param name="source">The compressed bytes.</param>
    /// <param name="bit">Where a block begins, counted from the start of the file.</param>
    /// <param name="window">What the window is filled with.</param>
    /// <exception cref="VmaCompressionException">The source has ended.</exception>
    public static Inflater At(CompressedSource source, long bit, byte window)
    {
        Inflater inflater = new(source, 0);
        int skipped = (int)(bit & 7);
        byte first = 0;
        if (skipped > 0 && !source.TryReadByte(out first))
        {
            throw new VmaCompressionException(VmaCodes.CompressedDataTruncated, "The gzip file ends within a deflate block.", source.Offset, 0);
        }

        byte[] unknown = new byte[Inflater.WindowSize];
        unknown.AsSpan().Fill(window);
        inflater.Resume(0, unknown, (byte)(first >> skipped), (8 - skipped) & 7);
        return inflater;
    }
}
