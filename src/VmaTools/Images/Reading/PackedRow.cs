using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks;

namespace VmaTools.Images.Reading;

/// <summary>Decodes compressed pieces that follow each other on a disk, side by side. For one thread at a time.</summary>
internal sealed class PackedRow : IDisposable
{
    private const int MaxThreads = 8;

    /// <summary>Bytes that a thread decodes before they are copied to where they belong: or one piece, if that is larger.</summary>
    private const int BytesEach = 512 << 10;

    private readonly PieceDecoder[] _decoders = [.. Enumerable.Range(0, Math.Min(Environment.ProcessorCount, MaxThreads)).Select(static _ => new PieceDecoder())];
    private readonly int _unit;
    private readonly int _each;

    /// <param name="unit">Bytes that a piece decodes to.</param>
    public PackedRow(int unit)
    {
        _unit = unit;
        _each = Math.Max(1, BytesEach / unit);
    }

    /// <summary>Pieces that are decoded at once, at most.</summary>
    public int Most => _decoders.Length * _each;

    /// <summary>Fills a buffer, of whole pieces, with what the pieces hold.</summary>
    /// <param name="pieces">The pieces, no more than <see cref="Most"/>.</param>
    /// <param name="target">The buffer.</param>
    /// <param name="unpack">Decodes the piece of a number into its room.</param>
    public void Decode(IReadOnlyList<ImagePiece> pieces, Span<byte> target, Unpacking unpack)
    {
        int each = (pieces.Count + _decoders.Length - 1) / _decoders.Length;
        int threads = (pieces.Count + each - 1) / each;
        Exception?[] errors = new Exception?[threads];
        Parallel.For(0, threads, thread =>
        {
            PieceDecoder decoder = _decoders[thread];
            byte[] output = decoder.TakeOutput(_each * _unit);
            try
            {
                for (int i = thread * each; i < Math.Min(pieces.Count, (thread + 1) * each); i++)
                {
                    unpack(i, decoder, output.AsSpan((i - (thread * each)) * _unit, _unit));
                }
            }
            catch (Exception exception)
            {
                errors[thread] = exception;
            }
        });

        // The first on the disk, as if they had been decoded one after the other.
        if (errors.FirstOrDefault(static e => e is not null) is { } error)
        {
            ExceptionDispatchInfo.Capture(error).Throw();
        }

        for (int thread = 0; thread < threads; thread++)
        {
            int start = thread * each * _unit;
            int length = Math.Min(each * _unit, (pieces.Count * _unit) - start);
            _decoders[thread].TakeOutput(length).AsSpan(0, length).CopyTo(target.Slice(start));
        }
    }

    public void Dispose()
    {
        foreach (PieceDecoder decoder in _decoders)
        {
            decoder.Dispose();
        }
    }

    /// <summary>Decodes a piece.</summary>
    public delegate void Unpacking(int number, PieceDecoder decoder, Span<byte> target);
}
