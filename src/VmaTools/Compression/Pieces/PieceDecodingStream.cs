using System;
using System.IO;
using System.Runtime.ExceptionServices;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// A decoder of a format whose pieces (blocks, members) need nothing of each other. What all of them do is here: taking steps until
/// there is something to deliver, stopping where a piece begins, staying failed.
/// </summary>
internal abstract class PieceDecodingStream : DecodingStream
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Decompresses from the current position of <paramref name="stream"/>.</summary>
    /// <param name="stream">The compressed bytes.</param>
    /// <param name="leaveOpen">Whether they stay open when this is disposed.</param>
    /// <param name="compressedPosition">Offset in the compressed file of the first of them.</param>
    protected PieceDecodingStream(Stream stream, bool leaveOpen, long compressedPosition)
    {
        _stream = stream;
        _leaveOpen = leaveOpen;
        Source = new CompressedSource(stream, compressedPosition);
    }

    /// <summary>
    /// Reading stops, with 0, at the first start of a piece from this offset in the compressed source on. Set farther away, it goes on.
    /// </summary>
    public long StopAt { get; set; } = long.MaxValue;

    /// <summary>Whether it has stopped there.</summary>
    public bool IsStopped => !HasFailed && IsAtPiece && CompressedPosition >= StopAt;

    /// <summary>The bytes that were read of the source and lie behind <see cref="DecodingStream.CompressedPosition"/>.</summary>
    public byte[] Unread => Source.From(CompressedPosition);

    public sealed override bool AtBlockBoundary => !HasFailed && IsBetweenBlocks;

    /// <summary>The compressed bytes.</summary>
    protected CompressedSource Source { get; }

    /// <summary>Whether a step failed, after which there is no going on.</summary>
    protected bool HasFailed => _failure is not null;

    /// <summary>Whether there is nothing decoded that is still to be delivered.</summary>
    protected abstract bool IsDrained { get; }

    /// <summary>Whether the end was reached, and proven.</summary>
    protected abstract bool IsEnded { get; }

    /// <summary>Whether a piece begins here, or what may stand in place of one.</summary>
    protected abstract bool IsAtPiece { get; }

    /// <summary>Whether one block is done with and the next not begun.</summary>
    protected abstract bool IsBetweenBlocks { get; }

    /// <summary>Goes on elsewhere, in bytes that lie whole in memory. Whatever was before is forgotten.</summary>
    /// <param name="packed">The bytes, behind <see cref="CompressedSource.Lookbehind"/> others.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="from">The state at the first of them.</param>
    public void Restart(byte[] packed, int count, PieceState from)
    {
        Source.Restart(packed, count, from.CompressedPosition);
        _failure = null;
        GoOn(from);
    }

    public sealed override DecoderState CaptureState() =>
        AtBlockBoundary ? Capture() : throw new InvalidOperationException("The decoder is not between two blocks.");

    public sealed override int Read(Span<byte> buffer)
    {
        ThrowIfDisposed();
        if (buffer.IsEmpty)
        {
            return 0;
        }

        _failure?.Throw();
        try
        {
            while (IsDrained && !IsEnded && !IsStopped)
            {
                TakeStep(buffer.Length);
            }
        }
        catch (Exception exception)
        {
            // Nothing can go on from where it failed; what was decoded before is delivered first.
            _failure = ExceptionDispatchInfo.Capture(Explain(exception));
            if (IsDrained)
            {
                _failure.Throw();
            }
        }

        return IsDrained ? 0 : Deliver(buffer);
    }

    protected sealed override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
        {
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Goes on from <paramref name="state"/>, at whose compressed position the source stands.</summary>
    protected abstract void GoOn(PieceState state);

    /// <summary>The state between two blocks.</summary>
    protected abstract PieceState Capture();

    /// <summary>Reads a header, a block, a checksum: what is next. Nothing waits to be delivered.</summary>
    /// <param name="wanted">How many bytes are asked for; a block may give more or less.</param>
    protected abstract void TakeStep(int wanted);

    /// <summary>Copies what is decoded, as much as fits, and counts it as delivered.</summary>
    /// <returns>The number of bytes, at least 1.</returns>
    protected abstract int Deliver(Span<byte> buffer);

    /// <summary>What is told of a failure; itself, unless a format knows more.</summary>
    protected virtual Exception Explain(Exception failure) => failure;
}
