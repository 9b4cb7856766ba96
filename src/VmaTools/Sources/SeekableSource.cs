using System;
using System.IO;
using VmaTools.Bytes;
using VmaTools.Compression;

namespace VmaTools.Sources;

/// <summary>
/// An archive whose stored bytes can be read at any offset, by several readers at a time. So it is read again as often as is wanted,
/// and where it is compressed an index makes it readable at any offset of what it decompresses to.
/// </summary>
internal abstract class SeekableSource : ArchiveSource
{
    /// <param name="maxWindowSize">The largest window that a zstd stream may ask for.</param>
    protected SeekableSource(int maxWindowSize) => MaxWindowSize = maxWindowSize;

    /// <summary>The largest window that a zstd stream may ask for.</summary>
    public int MaxWindowSize { get; }

    public override bool CanReadAnywhere => Compression == VmaCompression.None;

    /// <summary>True where an index makes the archive readable at any offset.</summary>
    public bool CanIndex => !CanReadAnywhere;

    /// <summary>When the archive was last written, as of the first look at it, in UTC ticks; 0 where nothing tells.</summary>
    public virtual long WriteTicks => 0;

    /// <summary>An index that came with the archive, wherever it is; null for none.</summary>
    public GivenIndex? Index { get; init; }

    /// <summary>The path without anything that only distinguishes it in this process.</summary>
    public virtual string? PlainName => Path;

    /// <summary>The index that lies beside an archive that is no file; null for none.</summary>
    /// <param name="extension">What its name ends in, beyond the archive's.</param>
    public virtual GivenIndex? IndexBeside(string extension) => null;

    /// <summary>The stored bytes at any offset.</summary>
    public abstract RandomBytes OpenStored();

    /// <summary>The stored bytes from an offset on, which are likely to be read to the end.</summary>
    public virtual Stream OpenStoredAt(long offset) => OpenStoredPart(offset, offset);

    /// <summary>The stored bytes from an offset on, of which a part is likely to be read.</summary>
    /// <param name="offset">Where reading begins.</param>
    /// <param name="likelyEnd">Where it is likely to end, at the earliest.</param>
    public virtual Stream OpenStoredPart(long offset, long likelyEnd) => new RandomBytesStream(OpenStored()) { Position = offset };

    /// <summary>A decoder of the whole archive.</summary>
    public DecodingStream CreateDecoder() => CompressionFormats.CreateDecoder(
        Compression, new ReadAheadStream(OpenStoredAt(0), leaveOpen: false), MaxWindowSize, Threads);

    /// <summary>The decompressed bytes of what begins at an offset of the stored ones.</summary>
    public ForwardBytes OpenForwardAt(long offset) =>
        Decode(OpenStoredAt(offset), leaveOpen: false, Compression, MaxWindowSize, Threads);

    /// <summary>The decompressed bytes from where a decoder's state was on.</summary>
    public ForwardBytes OpenForwardAt(DecoderState state) => new DecodedForwardBytes(CompressionFormats.Resume(
        new ReadAheadStream(OpenStoredAt(state.CompressedPosition), leaveOpen: false), leaveOpen: false, state));

    /// <summary>A decoder for what is behind damage within a frame or member.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="history">What is known of what came before.</param>
    public BlindDecoder DecodeBlindly(BlindStart start, PartialHistory history) =>
        CompressionFormats.DecodeBlindly(Compression, offset => OpenStoredAt(offset), start, history);

    public override ForwardBytes OpenForward(int threads)
    {
        ThrowIfChanged();
        return Compression == VmaCompression.None
            ? new PlainForwardBytes(TappedBytes.Wrap(OpenPlain(), Tap))
            : Decode(TappedStream.Wrap(OpenStoredAt(0), leaveOpen: false, Tap), leaveOpen: false, Compression, MaxWindowSize, threads);
    }

    public override RandomBytes OpenRandom()
    {
        if (!CanReadAnywhere)
        {
            throw NotSeekable();
        }

        ThrowIfChanged();
        return OpenStored();
    }

    /// <summary>The stored bytes of an archive that is not compressed, which are read in order, mostly.</summary>
    private protected virtual RandomBytes OpenPlain() => OpenStored();

    private void ThrowIfChanged()
    {
        if (FindChange() is { } change)
        {
            throw change;
        }
    }
}
