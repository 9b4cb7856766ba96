using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>Decodes deflate blocks from the middle of a member on, whose window is not known.</summary>
/// <remarks>
/// It decodes twice, behind a window of one byte and behind one of another. Whatever is copied from there, directly or not, differs; all
/// the rest is the same, and known.
/// </remarks>
internal sealed class GzipBlindDecoder : BlindDecoder
{
    private const int TrailerSize = 8;
    private const int PieceSize = 128 << 10;

    private readonly Half _one;
    private readonly Half _other;
    private readonly byte[] _bytes = new byte[PieceSize];
    private readonly byte[] _unknown = new byte[PieceSize];
    private int _length;
    private bool _isAtEnd;

    /// <param name="open">Opens the compressed bytes at an offset.</param>
    /// <param name="start">Where a block begins.</param>
    public GzipBlindDecoder(Func<long, Stream> open, BlindStart start)
    {
        _one = new Half(open, start, 0x00);
        _other = new Half(open, start, 0xFF);
    }

    public override long CompressedPosition => _one.Position;

    public override ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public override ReadOnlySpan<byte> Unknown => _unknown.AsSpan(0, _length);

    public override bool Next()
    {
        _length = 0;
        while (_length == 0 && !_isAtEnd)
        {
            _length = _one.Decode(_bytes, out _isAtEnd);
            _other.Decode(_unknown, out _);
        }

        for (int i = 0; i < _length; i++)
        {
            _unknown[i] ^= _bytes[i];
        }

        return _length > 0;
    }

    public override void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
    }

    private sealed class Half : IDisposable
    {
        private readonly Stream _stream;
        private readonly CompressedSource _source;
        private readonly Inflater _inflater;
        private VmaCompressionException? _failure;

        public Half(Func<long, Stream> open, BlindStart start, byte window)
        {
            _stream = open(start.Position);
            _source = new CompressedSource(_stream, start.Position);
            _inflater = BlindInflater.At(_source, start.Bit, window);
        }

        public long Position => _inflater.CompressedOffset;

        public int Decode(byte[] target, out bool isAtEnd)
        {
            isAtEnd = false;
            if (_failure is not null)
            {
                throw new VmaCompressionException(_failure.Code, _failure.Sentence, _failure.CompressedOffset, _failure.Offset!.Value);
            }

            int room = _inflater.MakeRoom(target.Length);
            long before = _inflater.DecodedOffset;
            try
            {
                isAtEnd = _inflater.Decode(before + room);
            }
            catch (VmaCompressionException exception)
            {
                // What was decoded before counts.
                _failure = exception;
            }

            int decoded = (int)(_inflater.DecodedOffset - before);
            _inflater.Decoded(decoded).CopyTo(target);
            if (isAtEnd)
            {
                _inflater.AlignSource();
                _source.TryReadExactly(new byte[TrailerSize], 0, TrailerSize);
            }

            return decoded;
        }

        public void Dispose() => _stream.Dispose();
    }
}
