using System;
using System.Collections.Generic;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>The decoded data in order, digested chunk by chunk as it passes, and the intervals of which all digests are known.</summary>
internal sealed class DigestedBytes : ForwardBytes
{
    private readonly CheckpointPlanner _planner;
    private readonly DecodingStream _stream;
    private readonly IndexRestart? _restart;
    private readonly CancellationToken _cancellationToken;
    private readonly List<ulong> _digests = [];
    private readonly Xxh64 _digest = new();
    private Interval? _next;
    private long _firstDigest;
    private long _position;
    private bool _isAtEnd;

    /// <param name="planner">Says where the intervals are, and what is decoded.</param>
    /// <param name="restart">
    /// Where an interrupted build goes on: from its last known extent on, part of which lies before what is decoded now. Null for the
    /// start.
    /// </param>
    /// <param name="cancellationToken">Ends reading.</param>
    public DigestedBytes(CheckpointPlanner planner, IndexRestart? restart, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        _planner = planner;
        _stream = planner.Stream;
        _restart = restart;
        _position = Math.Min(_stream.DecodedPosition, restart?.Partial.LastExtent ?? 0);

        // Where decoding begins within a chunk, the interval before has that chunk's digest.
        _firstDigest = ArchiveIndex.FirstChunk(_stream.DecodedPosition);
    }

    public override long Position => _position;

    public override long? Length => null;

    public override long StoredPosition => _stream.CompressedPosition;

    public override long VerifiedPosition => _stream.VerifiedPosition;

    public override bool HasUncheckedContent => _stream.HasUncheckedContent;

    public override bool IsAhead => _stream.IsAhead;

    /// <summary>Takes the next interval of which all digests are known.</summary>
    public bool TryTakeSettled(out Interval interval, out ulong[] digests)
    {
        // Not peeked at: the queue would keep what was peeked at for long.
        if (_next is null)
        {
            _planner.Settled.TryDequeue(out _next);
        }

        interval = _next!;
        digests = [];
        if (_next is null || (!_isAtEnd && ArchiveIndex.FirstChunk(_next.End) > _firstDigest + _digests.Count))
        {
            return false;
        }

        _next = null;
        int count = (int)Math.Max(0, ArchiveIndex.FirstChunk(interval.End) - _firstDigest);
        digests = [.. _digests.GetRange(0, count)];
        _digests.RemoveRange(0, count);
        _firstDigest += count;
        return true;
    }

    /// <summary>Reads on to an offset, or the end.</summary>
    public void SkipTo(long position)
    {
        byte[] sink = new byte[1 << 16];
        while (_position < position && Read(sink.AsSpan(0, (int)Math.Min(sink.Length, position - _position))) > 0)
        {
        }
    }

    /// <summary>Reads on to the end.</summary>
    public void Drain() => SkipTo(long.MaxValue);

    protected override int ReadSome(Span<byte> buffer)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        long known = _stream.DecodedPosition - _position;
        int read;
        if (known > 0)
        {
            read = _restart!.Bytes.ReadAt(_position, buffer.Slice(0, (int)Math.Min(buffer.Length, known)));
        }
        else
        {
            try
            {
                read = _stream.Read(buffer);
            }
            catch (VmaCompressionException)
            {
                End();
                throw;
            }

            if (read == 0)
            {
                End();
            }

            Digest(buffer.Slice(0, read));
        }

        _position += read;
        return read;
    }

    private void Digest(ReadOnlySpan<byte> bytes)
    {
        long position = _position;
        while (!bytes.IsEmpty)
        {
            int count = (int)Math.Min(bytes.Length, ArchiveIndex.ChunkSize - (position % ArchiveIndex.ChunkSize));
            if (position / ArchiveIndex.ChunkSize >= _firstDigest)
            {
                _digest.Append(bytes.Slice(0, count));
            }

            bytes = bytes.Slice(count);
            position += count;
            if (position % ArchiveIndex.ChunkSize == 0)
            {
                EndChunk(position);
            }
        }
    }

    private void End()
    {
        if (!_isAtEnd)
        {
            _isAtEnd = true;
            EndChunk(_position);
        }
    }

    private void EndChunk(long position)
    {
        if (ArchiveIndex.FirstChunk(position) > _firstDigest + _digests.Count)
        {
            _digests.Add(_digest.Digest());
            _digest.Reset();
        }
    }
}
