using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// Decodes pieces on several threads and hands them over in order, each once it is known that it begins where the one before ended.
/// What is no such piece ends that: what was read from there on can be had back.
/// </summary>
internal sealed class PiecesApart : IDisposable
{
    private readonly PieceCutter _cutter;
    private readonly OrderedDecoding<PackedPiece> _decoding;
    private PackedPiece? _piece;
    private volatile bool _isOver;

    /// <param name="source">The compressed bytes; whoever owns them disposes of them.</param>
    /// <param name="from">Where they stand: where a decoder of pieces stopped.</param>
    /// <param name="threads">How many decode.</param>
    public PiecesApart(Stream source, PieceState from, int threads)
    {
        State = from;
        _cutter = PieceCutter.Create(source, from);
        _decoding = new OrderedDecoding<PackedPiece>(threads, (packed, content) => _isOver ? null : _cutter.Next(packed, content), Decode);
    }

    /// <summary>Where a decoder stands behind the last piece that was taken.</summary>
    public PieceState State { get; private set; }

    /// <summary>Gives the last piece back, whose bytes may change from now on, and takes the next.</summary>
    /// <returns>Null where somebody else has to go on, with <see cref="Leftovers"/>.</returns>
    public PackedPiece? Take()
    {
        if (_piece is not null)
        {
            _decoding.GiveBack(_piece);
        }

        _piece = _decoding.Take();
        if (_piece is null)
        {
            return null;
        }

        if (_piece.End is { } end && _cutter.Join(State, _piece.Begin!, end) is { } state)
        {
            State = state;
            return _piece;
        }

        _isOver = true;
        return null;
    }

    /// <summary>What was read behind the last piece that was taken, in order, as it is asked for. What reading threw is thrown behind it.</summary>
    public IEnumerable<byte[]> Leftovers()
    {
        while (_piece is not null)
        {
            yield return _piece.Packed.Slice(0, _piece.OwnLength).ToArray();
            _piece.Dispose();
            _piece = _decoding.Take();
        }

        yield return _cutter.Left;
        _decoding.ThrowSourceError();
    }

    /// <summary>Asks the others to end; they may be waiting for the source yet.</summary>
    public void Stop() => _decoding.Stop();

    public void Dispose() => _decoding.Dispose();

    private void Decode(Handover<PackedPiece> pieces, CancellationToken stop)
    {
        using PieceDecodingStream decoder = _cutter.NewDecoder();
        while (pieces.Take(out PackedPiece piece))
        {
            if (_isOver)
            {
                // Somebody else decodes what it holds.
                piece.Finish();
            }
            else
            {
                piece.Decode(decoder, stop);
            }
        }
    }
}
