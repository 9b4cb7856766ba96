using System;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Salvage;

/// <summary>Tells from where on a compressed file may be damaged, where damage was noticed.</summary>
internal static class DamageBegin
{
    // Blocks of zstd tell most damage by themselves. What follows on damage in gzip may decode to the end of its block, which is no longer.
    private const long DoubtfulZstd = 64 << 10;
    private const long Doubtful = 128 << 10;

    private const int SearchSize = 64 << 10;
    private const int ChecksumSize = 4;

    /// <summary>Whether damage is such that its frame or member goes on behind it.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="damage">The damage.</param>
    /// <param name="noticed">Offset in the file of the damage.</param>
    public static bool IsWithin(FileSource source, VmaCompressionException damage, long noticed) => damage.Code switch
    {
        VmaCodes.CompressedDataCorrupt or VmaCodes.CompressedDataTruncated or VmaCodes.CompressedTrailingData => true,

        // What was decoded to an end that is none decoded by chance; gzip has two numbers there.
        VmaCodes.CompressedChecksumMismatch => !IsEnd(source, noticed + ChecksumSize) && !IsEnd(source, noticed + (2 * ChecksumSize)),
        _ => false,
    };

    private static bool IsEnd(FileSource source, long offset)
    {
        using RandomBytes bytes = source.OpenStored();
        byte[] magic = new byte[CompressionFormats.MagicLength];
        return offset >= bytes.Length
            || CompressionFormats.Detect(magic.AsSpan(0, bytes.ReadAt(offset, magic))) == source.Compression;
    }

    /// <summary>Where it may begin; what was decoded from before is to be trusted.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="noticed">Offset in the file at which decoding failed.</param>
    public static long Of(FileSource source, long noticed)
    {
        using RandomBytes bytes = source.OpenStored();
        byte[] buffer = new byte[SearchSize];

        // Zeros, as in a sector that was lost, decode to nothing; the damage began with them.
        long begin = noticed;
        while (begin > 0)
        {
            int wanted = (int)Math.Min(begin, buffer.Length);
            int read = bytes.ReadAt(begin - wanted, buffer.AsSpan(0, wanted));
            int zeros = 0;
            while (zeros < read && buffer[read - 1 - zeros] == 0)
            {
                zeros++;
            }

            begin -= zeros;
            if (zeros < wanted)
            {
                break;
            }
        }

        return Math.Max(0, begin - (source.Compression == VmaCompression.Zstd ? DoubtfulZstd : Doubtful));
    }
}
