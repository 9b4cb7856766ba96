using System;
using VmaTools.Bytes;
using VmaTools.Compression;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Salvage;

/// <summary>
/// The bytes behind damage within a frame or member; what is unknown of them reads as zeros. Headers of extents are completed as far as
/// their MD5 proves them.
/// </summary>
internal sealed class BlindBytes : ForwardBytes
{
    // How many ways to complete a header are tried where one has to be, and in all that is decoded at a time.
    private const int MostTries = 100;
    private const int MostGuesses = 5_000;

    private readonly BlindDecoder _decoder;
    private byte[]? _last;
    private readonly UnknownRanges _unknownRanges = new();

    // Decoded, and looked at for headers up to _examined, and delivered up to _start.
    private byte[] _bytes = new byte[512 << 10];
    private byte[] _unknown = new byte[512 << 10];
    private int _start;
    private int _examined;
    private int _end;
    private long _position;
    private bool _isAtEnd;
    private VmaCompressionException? _damage;

    /// <param name="decoder">Decodes them; it is disposed of with these bytes.</param>
    /// <param name="last">The header of an extent before; null where none is known, and no header can be completed.</param>
    public BlindBytes(BlindDecoder decoder, byte[]? last)
    {
        _decoder = decoder;
        _last = last;
    }

    public override long Position => _position;

    public override long? Length => null;

    public override long StoredPosition => _decoder.CompressedPosition;

    /// <summary>No checksum covers any.</summary>
    public override long VerifiedPosition => 0;

    /// <summary>Where the next extent has to begin; null where none was found yet.</summary>
    public long? NextExtent { get; private set; }

    /// <summary>Where the first extent begins, and the cluster that it begins with; null where none was found yet.</summary>
    public (long Position, Slot First)? FirstExtent { get; private set; }

    /// <summary>Whether any byte of a range is unknown, as all are before the begin.</summary>
    public bool HasUnknown(long position, long length) => position < 0 || _unknownRanges.Touch(position, length);

    /// <summary>What was decoded, as far as later blocks may refer to it.</summary>
    public PartialHistory CopyHistory() => _decoder is ZstdBlindDecoder zstd ? zstd.CopyHistory() : PartialHistory.None;

    protected override int ReadSome(Span<byte> buffer)
    {
        while (_start == _examined)
        {
            if (!Fill())
            {
                return 0;
            }
        }

        int count = Math.Min(buffer.Length, _examined - _start);
        ReadOnlySpan<byte> unknown = _unknown.AsSpan(_start, count);
        _bytes.AsSpan(_start, count).CopyTo(buffer);
        for (int i = 0; i < count; i++)
        {
            buffer[i] = unknown[i] == 0 ? buffer[i] : (byte)0;
        }

        _unknownRanges.Add(_position, unknown);
        _start += count;
        _position += count;
        return count;
    }

    public override void Dispose()
    {
        _decoder.Dispose();
        base.Dispose();
    }

    /// <summary>Decodes on. False at the end.</summary>
    private bool Fill()
    {
        if (_damage is not null)
        {
            throw new VmaCompressionException(_damage.Code, _damage.Sentence, _damage.CompressedOffset, _position);
        }

        if (_isAtEnd)
        {
            return false;
        }

        try
        {
            _isAtEnd = !_decoder.Next();
        }
        catch (VmaCompressionException exception)
        {
            // What was decoded before, and waits for what would have followed, comes first.
            _damage = exception;
        }

        if (_damage is null && !_isAtEnd)
        {
            Hold(_decoder.Bytes, _decoder.Unknown);
        }

        FindHeaders();
        _examined = _damage is not null || _isAtEnd ? _end : Math.Max(_examined, _end - Layout.ExtentHeaderSize + 1);
        return true;
    }

    private void Hold(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> unknown)
    {
        int held = _end - _start;
        Buffer.BlockCopy(_bytes, _start, _bytes, 0, held);
        Buffer.BlockCopy(_unknown, _start, _unknown, 0, held);
        _examined -= _start;
        _start = 0;
        _end = held;
        bytes.CopyTo(_bytes.AsSpan(_end));
        unknown.CopyTo(_unknown.AsSpan(_end));
        _end += bytes.Length;
    }

    private void FindHeaders()
    {
        int last = _end - Layout.ExtentHeaderSize;
        int at = _examined;
        int guesses = MostGuesses;
        while (at <= last)
        {
            long position = _position + at - _start;
            if (NextExtent is { } next && position <= next)
            {
                // Extents follow each other: none begins before the last one ends.
                if (next - position > last - at)
                {
                    return;
                }

                at += (int)(next - position);
                int tries = MostTries;
                NextExtent = Examine(at, ref tries);
            }
            else
            {
                at = FindCandidate(at, last);
                if (at > last)
                {
                    return;
                }

                NextExtent = Examine(at, ref guesses);
            }

            at++;
        }
    }

    /// <summary>The next place where a header may begin, as far as is known.</summary>
    private int FindCandidate(int at, int last)
    {
        ReadOnlySpan<byte> magic = ExtentHeader.Magic;
        ReadOnlySpan<byte> uuid = _last is null ? default : new ExtentHeader(_last).Uuid;
        for (; at <= last; at++)
        {
            if (_bytes[at] == magic[0] && _unknown[at] == 0 && _bytes.AsSpan(at, magic.Length).SequenceEqual(magic))
            {
                break;
            }

            // The MD5 is nowhere else, so that what is copied ends in front of it.
            const int Md5Offset = 24;
            const int UuidOffset = 8;
            bool isLike = !uuid.IsEmpty && _unknown[at + Md5Offset] == 0
                && (_unknown[at + Md5Offset - 1] != 0 || _bytes.AsSpan(at + UuidOffset, uuid.Length).SequenceEqual(uuid));
            if (isLike)
            {
                break;
            }
        }

        return at;
    }

    /// <summary>Completes the header there.</summary>
    /// <returns>Where the next one has to be; null where there is none.</returns>
    private long? Examine(int at, ref int tries)
    {
        Span<byte> bytes = _bytes.AsSpan(at, Layout.ExtentHeaderSize);
        Span<byte> unknown = _unknown.AsSpan(at, Layout.ExtentHeaderSize);
        bool isKnown = Zeros.AreAll(unknown);
        ExtentHeader header = new(bytes);
        if (_last is null)
        {
            if (!isKnown || !header.HasMagic || !header.HasValidMd5())
            {
                return null;
            }
        }
        else if (!HeaderRepair.TryComplete(bytes, unknown, new ExtentHeader(_last), ref tries))
        {
            return null;
        }

        if (!isKnown)
        {
            unknown.Clear();
            _decoder.Learn(_end - at, bytes);
        }

        long position = _position + at - _start;
        _last = bytes.ToArray();
        FirstExtent ??= (position, header[0]);
        return position + ExtentSequence.SizeOf(header);
    }
}
