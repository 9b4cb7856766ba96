using System;
using System.IO;
using System.IO.Compression;
using System.Runtime.InteropServices;
#if NETSTANDARD2_0
using VmaTools.Bytes;
#endif

namespace VmaTools;

/// <summary>gzip by the framework: each frame is a member of its own, which every gunzip takes.</summary>
public sealed class GzipCompressor : VmaCompressor
{
    /// <summary>The level used unless another is asked for.</summary>
    public const int DefaultLevel = 6;

    private readonly CompressionLevel _level;
    private readonly int _number;

    /// <summary>Creates a compressor.</summary>
    /// <param name="level">1 (fast) to 9 (small). The framework knows three: up to 4, up to 8, and 9 (on .NET Framework as good as 8).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    public GzipCompressor(int level = DefaultLevel)
    {
        _number = level is >= 1 and <= 9 ? level : throw new ArgumentOutOfRangeException(nameof(level), "gzip has levels 1 to 9.");
        _level = level <= 4 ? CompressionLevel.Fastest : CompressionLevel.Optimal;
#if !NETSTANDARD2_0
        _level = level == 9 ? CompressionLevel.SmallestSize : _level;
#endif
    }

    /// <inheritdoc/>
    public override string Compression => VmaCompression.Gzip;

    /// <inheritdoc/>
    public override string Description => $"gzip of {RuntimeInformation.FrameworkDescription}, level {_number} ({_level})";

    /// <inheritdoc/>
    public override VmaFrameEncoder CreateEncoder() => new Encoder(_level);

    private sealed class Encoder(CompressionLevel level) : VmaFrameEncoder
    {
        // The quickest level of some zlibs writes fixed codes whatever comes, of nine bits where a byte is 144 or more; others store what
        // they cannot shrink, with five bytes for a block.
        public override int GetMaxSize(int length) => length + (length >> 3) + (length / 16384 * 5) + 1024;

        public override unsafe int Encode(ReadOnlySpan<byte> source, Span<byte> target)
        {
            fixed (byte* start = target)
            {
                using UnmanagedMemoryStream stream = new(start, 0, target.Length, FileAccess.Write);
                using (GZipStream gzip = new(stream, level, leaveOpen: true))
                {
                    gzip.Write(source);
                }

                return (int)stream.Position;
            }
        }
    }
}
