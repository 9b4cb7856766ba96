using System;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>Decodes Zstandard: any number of frames and skippable frames, one after the other.</summary>
/// <remarks>
/// The block is the unit: one that is damaged or cut delivers nothing, all before it have been delivered by then. From the first
/// frame without a checksum on nothing counts as verified.
/// </remarks>
internal sealed class ZstdStream : DecodingStream
{
    /// <summary>The largest window taken unless told otherwise: what <c>zstd --long</c> uses.</summary>
    public const long DefaultMaxWindowSize = 128L * 1024 * 1024;

    // Those who look at the first bytes only should not set a thread to work; reading ahead has begun by then.
    private const long AheadFrom = 1 << 20;

    // Where frames seem to be short, but this one is not.
    private const long WaitUntil = 16 << 20;

    private readonly ZstdFrames _frames;
    private readonly bool _mayGoAhead;
    private readonly bool _ignoresChecksums;
    private readonly int _threads;
    private ZstdPieceSupply? _ahead;
    private ZstdPiece _piece;
    private int _ready;
    private Xxh64? _checksum;
    private long _decoded;
    private long _verified;
    private bool _hasUnchecked;
    private bool _isAtEnd;
    private VmaCompressionException? _failure;
    private bool _disposed;

    /// <summary>Decodes from the source's current position on, which counts as 0.</summary>
    /// <param name="source">The compressed bytes; it need not seek and may read short.</param>
    /// <param name="leaveOpen">Whether the source outlives this stream.</param>
    /// <param name="maxWindowSize">The largest window taken; memory in use follows what is decoded, up to about this.</param>
    /// <param name="checkedOnly">Whether to decode by the bounds-checked path alone: the same results, more slowly.</param>
    public ZstdStream(Stream source, bool leaveOpen, long maxWindowSize = DefaultMaxWindowSize, bool checkedOnly = false)
        : this(new ZstdFrames(source, leaveOpen, maxWindowSize, checkedOnly, 0, 0), mayGoAhead: false)
    {
    }

    private ZstdStream(ZstdFrames frames, bool mayGoAhead, bool ignoresChecksums = false, int threads = 1)
    {
        _threads = threads;
        _frames = frames;
        _mayGoAhead = mayGoAhead;
        _ignoresChecksums = ignoresChecksums;
    }

    public override long CompressedPosition => _ahead is null
        ? _frames.CompressedPosition
        : _isAtEnd ? _ahead.CompressedPosition : _piece.CompressedEnd;

    public override long DecodedPosition => _decoded;

    public override long VerifiedPosition => _verified;

    public override bool HasUncheckedContent => _hasUnchecked;

    /// <summary>Whether frames are, or were, decoded by several threads.</summary>
    public bool IsApart => _ahead is ZstdFramesApart;

    public override ulong RunningChecksum => _checksum?.Digest() ?? 0;

    public override bool IsAhead => _mayGoAhead;

    /// <inheritdoc/>
    /// <remarks>Never of a stream that decodes ahead.</remarks>
    public override bool AtBlockBoundary => _ready == 0 && !_frames.IsSkipping && _failure is null && _ahead is null && !_disposed;

    /// <summary>
    /// A stream that soon decodes on a thread of its own, ahead of whoever reads; its state cannot be captured then.
    /// </summary>
    /// <param name="source">The compressed bytes, which this stream owns. Disposing them must end a read that is waiting.</param>
    /// <param name="maxWindowSize">The largest window taken.</param>
    /// <param name="threads">How many may decode at a time, where there are many frames.</param>
    public static ZstdStream DecodingAhead(Stream source, long maxWindowSize, int threads) =>
        new(new ZstdFrames(source, false, maxWindowSize, false, ZstdDecoderThread.Most, 0), mayGoAhead: true, threads: threads);

    /// <inheritdoc cref="DecodingAhead(Stream, long, int)"/>
    /// <param name="frames">The decoder, which retains what is to be decoded ahead; the stream owns it.</param>
    /// <param name="from">The state it stands at, or null for the start.</param>
    public static ZstdStream DecodingAhead(ZstdFrames frames, ZstdState? from) => new ZstdStream(frames, mayGoAhead: true).At(from);

    /// <summary>Goes on from a captured state; the source must stand at its compressed position.</summary>
    /// <param name="source">The compressed bytes.</param>
    /// <param name="leaveOpen">Whether the source outlives this stream.</param>
    /// <param name="state">The state.</param>
    /// <param name="checkedOnly">Whether to decode by the bounds-checked path alone.</param>
    /// <param name="ignoresChecksums">Whether checksums are passed over, because the caller proves what is decoded by other means.</param>
    public static ZstdStream Resume(
        Stream source, bool leaveOpen, DecoderState state, bool checkedOnly = false, bool ignoresChecksums = false)
    {
        if (state is not ZstdState from)
        {
            throw new ArgumentException("The state is not one of a Zstandard stream.", nameof(state));
        }

        ZstdFrames frames = ZstdFrames.Resume(source, leaveOpen, from, checkedOnly, 0);
        if (!ignoresChecksums)
        {
            frames.Guard(from);
        }

        return new ZstdStream(frames, mayGoAhead: false, ignoresChecksums).At(from);
    }

    public override DecoderState CaptureState() => AtBlockBoundary
        ? _frames.CaptureState(new ZstdProof().Set(_verified, _hasUnchecked, _checksum), withWindow: true)
        : throw new InvalidOperationException("The stream does not stand between two blocks.");

    public override int Read(Span<byte> buffer)
    {
        if (_disposed)
        {
            throw new ObjectDisposedException(nameof(ZstdStream));
        }

        if (buffer.IsEmpty)
        {
            return 0;
        }

        // Whoever reads on after an error gets the same error again.
        if (_failure is { } failure)
        {
            throw new VmaCompressionException(failure.Code, failure.Sentence, failure.CompressedOffset, failure.Offset!.Value);
        }

        while (_ready == 0)
        {
            try
            {
                if (!Advance())
                {
                    return 0;
                }
            }
            catch (VmaCompressionException exception)
            {
                _failure = exception;
                throw;
            }
        }

        int count = Math.Min(_ready, buffer.Length);
        _piece.Buffer.AsSpan(_piece.Start + _piece.Length - _ready, count).CopyTo(buffer);
        _ready -= count;
        _decoded += count;
        return count;
    }

    /// <summary>Whether a file that starts with these bytes is zstd: a frame or a skippable one.</summary>
    public static bool Matches(ReadOnlySpan<byte> firstBytes) => ZstdFrames.Matches(firstBytes);

    /// <summary>
    /// Gives memory to others once the stream is closed. That is not for everybody to say: a stream may be closed so that who reads it ends.
    /// </summary>
    /// <returns>What was decoded into, for <see cref="Use"/>.</returns>
    public byte[] GiveBack() => _ahead is null ? _frames.GiveBack() : [];

    /// <summary>Decodes into memory that another stream gave back, where decoding has not begun.</summary>
    public void Use(byte[] buffer) => _frames.Use(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _ahead?.Stop();
            _frames.Dispose();
            _ahead?.Dispose();
        }

        base.Dispose(disposing);
    }

    private ZstdStream At(ZstdState? state)
    {
        _decoded = state?.DecodedPosition ?? 0;
        _verified = state?.Proof.VerifiedPosition ?? 0;
        _hasUnchecked = state?.Proof.HasUncheckedContent ?? false;
        _checksum = _ignoresChecksums ? null : state?.Proof.CopyChecksum();
        return this;
    }

    private bool Advance()
    {
        if (_mayGoAhead && _ahead is null && _frames.CompressedPosition >= AheadFrom)
        {
            GoAhead();
        }

        _isAtEnd = !(_ahead?.Take(out _piece) ?? _frames.Next(out _piece));
        if (_isAtEnd)
        {
            return false;
        }

        switch (_piece.Kind)
        {
            case ZstdPieceKind.FrameBegin:
                _hasUnchecked |= !_piece.HasChecksum;
                _checksum = _piece.HasChecksum && !_ignoresChecksums ? _checksum ?? new Xxh64() : null;
                _checksum?.Reset();
                break;
            case ZstdPieceKind.FrameEnd:
                EndFrame();
                break;
            default:
                _checksum?.Append(_piece.Buffer.AsSpan(_piece.Start, _piece.Length));
                _piece.Proof?.Set(_verified, _hasUnchecked, _checksum);
                _ready = _piece.Length;
                break;
        }

        return true;
    }

    // Several threads from the end of a frame on, where that comes soon; else one.
    private void GoAhead()
    {
        bool isApart = _threads > 1 && _frames.Observer is null;
        if (isApart && _frames.IsBetweenFrames)
        {
            long position = _frames.CompressedPosition;
            _ahead = new ZstdFramesApart(_frames.Detach(), position, _frames.DecodedPosition, _frames.MaxWindowSize, _threads);
        }
        else if (!isApart || !_frames.EndsSoon || _frames.CompressedPosition >= WaitUntil)
        {
            _ahead = new ZstdDecoderThread(_frames);
        }
    }

    private void EndFrame()
    {
        if (_piece.HasChecksum && !_ignoresChecksums)
        {
            uint computed = unchecked((uint)_checksum!.Digest());
            if (_piece.Checksum != computed)
            {
                throw new VmaCompressionException(
                    VmaCodes.CompressedChecksumMismatch,
                    $"The checksum of a frame is {_piece.Checksum:x8}, its content has {computed:x8}.",
                    _piece.CompressedEnd - sizeof(uint),
                    _decoded);
            }
        }

        if (!_hasUnchecked)
        {
            _verified = _decoded;
        }
    }
}
