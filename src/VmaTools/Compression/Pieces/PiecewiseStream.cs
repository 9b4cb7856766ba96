using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>
/// Decodes what is made of pieces that need nothing of each other on several threads, and what is not on the one that reads. What is read,
/// and what is told of it, is what one decoder from the start would give.
/// </summary>
internal sealed class PiecewiseStream : DecodingStream
{
    /// <summary>Whoever reads no more than this gets by without other threads.</summary>
    private const long ApartFrom = 256 << 10;

    /// <summary>Where pieces did not fit, one decoder reads as far before they are tried again.</summary>
    private const long Patience = 8 << 20;

    private readonly Stream _source;
    private readonly int _threads;
    private PieceDecodingStream? _alone;
    private PiecesApart? _apart;
    private GivenBackStream? _cutFrom;
    private GivenBackStream? _aloneFrom;
    private PackedPiece? _piece;
    private int _taken;
    private long _decoded;

    /// <param name="compression">How the bytes are compressed.</param>
    /// <param name="source">The compressed bytes, at their start; this stream owns them.</param>
    /// <param name="threads">How many decode.</param>
    public PiecewiseStream(string compression, Stream source, int threads)
    {
        _source = source;
        _threads = threads;
        _alone = CompressionFormats.CreatePieceDecoder(compression, _source, leaveOpen: true);
        _alone.StopAt = ApartFrom;
    }

    public override long CompressedPosition => _alone?.CompressedPosition ?? _apart!.State.CompressedPosition;

    public override long DecodedPosition => _decoded;

    public override long VerifiedPosition => _alone?.VerifiedPosition ?? Math.Min(_apart!.State.VerifiedPosition, _decoded);

    public override bool HasUncheckedContent => _alone?.HasUncheckedContent ?? _apart!.State.HasUncheckedContent;

    public override FailedBlock? FailedBlock => _alone?.FailedBlock;

    /// <summary>How many of the decoded bytes came of several threads.</summary>
    public long DecodedApart { get; private set; }

    /// <inheritdoc/>
    /// <remarks>Never: others decode ahead.</remarks>
    public override bool AtBlockBoundary => false;

    public override DecoderState CaptureState() => throw new InvalidOperationException("The stream decodes ahead.");

    public override int Read(Span<byte> buffer)
    {
        ThrowIfDisposed();
        while (!buffer.IsEmpty)
        {
            int read = _alone is null ? ReadPiece(buffer) : _alone.Read(buffer);
            if (read > 0 || _alone is { IsStopped: false })
            {
                _decoded += read;
                return read;
            }

            if (_alone is null)
            {
                TakePiece();
            }
            else
            {
                GoApart(_alone);
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsDisposed)
        {
            _apart?.Stop();
            _alone?.Dispose();
            _source.Dispose();
            _apart?.Dispose();
        }

        base.Dispose(disposing);
    }

    private int ReadPiece(Span<byte> buffer)
    {
        int length = _piece is null ? 0 : Math.Min(buffer.Length, _piece.Length - _taken);
        _piece?.Content.AsSpan(_taken, length).CopyTo(buffer);
        _taken += length;
        DecodedApart += length;
        return length;
    }

    private void TakePiece()
    {
        _taken = 0;
        _piece = _apart!.Take();
        if (_piece is null)
        {
            _aloneFrom = new GivenBackStream(_apart.Leftovers(), _cutFrom!);
            _alone = (PieceDecodingStream)CompressionFormats.Resume(_aloneFrom, leaveOpen: true, _apart.State);
            _alone.StopAt = _apart.State.CompressedPosition + Patience;
        }
    }

    private void GoApart(PieceDecodingStream alone)
    {
        if (_apart is not null && !(_aloneFrom!.IsDrained && _cutFrom!.IsDrained))
        {
            // What was read ahead for pieces comes first.
            alone.StopAt = alone.CompressedPosition + 1;
            return;
        }

        _apart?.Dispose();
        _cutFrom = new GivenBackStream([alone.Unread], _source);
        _apart = new PiecesApart(_cutFrom, (PieceState)alone.CaptureState(), _threads);
        _alone = null;
        alone.Dispose();
    }
}
