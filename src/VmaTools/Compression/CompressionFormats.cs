using System;
using System.IO;
using System.Threading;

namespace VmaTools.Compression;

/// <summary>The door through which every archive's bytes come: what they are is told by the bytes, never by a file's name.</summary>
internal static class CompressionFormats
{
    /// <summary>As many first bytes as are needed to tell every format.</summary>
    public const int MagicLength = 16;

    /// <summary>Largest window a decoder sets aside memory for, unless told otherwise.</summary>
    public const int DefaultMaxWindowSize = 128 << 20;

    /// <summary>Tells how bytes that start with <paramref name="start"/> are compressed.</summary>
    /// <returns>One of the constants of <see cref="VmaCompression"/>; what is not known is taken for uncompressed.</returns>
    public static string Detect(ReadOnlySpan<byte> start)
    {
        if (ZstdStream.Matches(start))
        {
            return VmaCompression.Zstd;
        }

        if (GzipDecodingStream.Matches(start))
        {
            return VmaCompression.Gzip;
        }

        if (LzopDecodingStream.Matches(start))
        {
            return VmaCompression.Lzop;
        }

        return Bzip2DecodingStream.Matches(start) ? VmaCompression.Bzip2 : VmaCompression.None;
    }

    /// <summary>A decoder for bytes that <see cref="Detect"/> named, which owns the stream they come from.</summary>
    /// <param name="compression">One of the constants of <see cref="VmaCompression"/>.</param>
    /// <param name="stream">The compressed bytes.</param>
    /// <param name="maxWindowSize">The largest window that a zstd stream may ask for.</param>
    /// <param name="threads">How many may decode at a time, where pieces of the stream do not need each other.</param>
    public static DecodingStream CreateDecoder(string compression, Stream stream, int maxWindowSize, int threads) => compression switch
    {
        VmaCompression.Zstd => ZstdStream.DecodingAhead(stream, maxWindowSize, threads),
        _ when threads > 1 => new PiecewiseStream(compression, stream, threads),
        _ => CreatePieceDecoder(compression, stream, leaveOpen: false),
    };

    /// <summary>A decoder for bytes of a format that is made of pieces.</summary>
    /// <param name="compression">One of the constants of <see cref="VmaCompression"/>, but not zstd.</param>
    /// <param name="stream">The compressed bytes.</param>
    /// <param name="leaveOpen">Whether the stream outlives the decoder.</param>
    public static PieceDecodingStream CreatePieceDecoder(string compression, Stream stream, bool leaveOpen) => compression switch
    {
        VmaCompression.Gzip => new GzipDecodingStream(stream, leaveOpen),
        VmaCompression.Lzop => new LzopDecodingStream(stream, leaveOpen),
        VmaCompression.Bzip2 => new Bzip2DecodingStream(stream, leaveOpen),
        _ => throw new ArgumentOutOfRangeException(nameof(compression)),
    };

    /// <summary>A decoder that goes on from a state; the stream must stand at its compressed position.</summary>
    /// <param name="stream">The compressed bytes.</param>
    /// <param name="leaveOpen">Whether the stream outlives the decoder.</param>
    /// <param name="state">The state.</param>
    /// <param name="ignoresChecksums">
    /// Whether checksums over more than a block may be passed over, because the caller proves what is decoded by other means.
    /// </param>
    public static DecodingStream Resume(Stream stream, bool leaveOpen, DecoderState state, bool ignoresChecksums = false) => state switch
    {
        ZstdState => ZstdStream.Resume(stream, leaveOpen, state, ignoresChecksums: ignoresChecksums),
        GzipState => GzipDecodingStream.Resume(stream, leaveOpen, state),
        LzopState => LzopDecodingStream.Resume(stream, leaveOpen, state),
        Bzip2State => Bzip2DecodingStream.Resume(stream, leaveOpen, state),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>
    /// The state at the first whole block from an offset on, in a file whose blocks know nothing of each other; null where there is none,
    /// or the format is another.
    /// </summary>
    public static DecoderState? FindBlock(string compression, string path, long from, CancellationToken cancellationToken) => compression switch
    {
        VmaCompression.Lzop => LzopResync.FindBlock(path, from, LzopResync.UsualFlags, cancellationToken),
        VmaCompression.Bzip2 => Bzip2Resync.FindBlock(path, from * 8, cancellationToken),
        _ => null,
    };

    /// <summary>
    /// Where decoding can go on behind damage within a frame or member, without what came before; null where there is no such place, or
    /// the format is another.
    /// </summary>
    public static BlindStart? FindBlindStart(string compression, string path, long from, long limit, CancellationToken cancellationToken) => compression switch
    {
        VmaCompression.Zstd => ZstdResync.Find(path, from, limit, cancellationToken),
        VmaCompression.Gzip => DeflateResync.Find(path, from, limit, cancellationToken),
        _ => null,
    };

    /// <summary>A decoder that begins there.</summary>
    /// <param name="compression">One of the constants of <see cref="VmaCompression"/>.</param>
    /// <param name="open">Opens the compressed bytes at an offset.</param>
    /// <param name="start">Where.</param>
    /// <param name="history">What is known of what came before.</param>
    public static BlindDecoder DecodeBlindly(string compression, Func<long, Stream> open, BlindStart start, PartialHistory history) => compression switch
    {
        VmaCompression.Zstd => new ZstdBlindDecoder(open(start.Position), start.Position, history, leaveOpen: false),
        VmaCompression.Gzip => new GzipBlindDecoder(open, start),
        _ => throw new ArgumentOutOfRangeException(nameof(compression)),
    };
}
