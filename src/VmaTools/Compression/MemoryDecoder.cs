using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Compression;

/// <summary>Decodes small compressed pieces that lie whole in memory, one after the other. For one thread at a time.</summary>
internal sealed class MemoryDecoder : IDisposable
{
    /// <summary>Bytes in front of the deflate data of a zlib stream.</summary>
    public const int ZlibHeaderSize = 2;

    private ArrayInput? _input;
    private CompressedSource? _source;
    private Inflater? _inflater;

    /// <summary>Whether a zlib stream begins there: method and flags, together a multiple of 31, without a dictionary.</summary>
    public static bool IsZlib(ReadOnlySpan<byte> stored) =>
        stored.Length >= ZlibHeaderSize && (stored[0] & 0xF) == 8 && ((stored[0] << 8) | stored[1]) % 31 == 0 && (stored[1] & 0x20) == 0;

    /// <summary>Decodes deflate data into as much as there is room for.</summary>
    /// <param name="stored">What holds them.</param>
    /// <param name="start">Where they begin.</param>
    /// <param name="count">How many bytes there are, at most.</param>
    /// <param name="target">Where the decoded bytes go.</param>
    /// <param name="trailer">The number, big-endian, in the four bytes behind their end; null where that was not reached.</param>
    /// <returns>Bytes decoded.</returns>
    /// <exception cref="VmaCompressionException">They break the rules, or end too early.</exception>
    public int Inflate(byte[] stored, int start, int count, Span<byte> target, out uint? trailer)
    {
        Inflater inflater = TakeInflater(stored, start, count);
        trailer = null;
        int length = 0;
        bool isAtEnd = false;
        while (!isAtEnd && length < target.Length)
        {
            int room = inflater.MakeRoom(target.Length - length);
            long before = inflater.DecodedOffset;
            isAtEnd = inflater.Decode(before + room);
            int decoded = (int)(inflater.DecodedOffset - before);
            inflater.Decoded(decoded).CopyTo(target.Slice(length));
            length += decoded;
        }

        if (isAtEnd || IsAtEnd(inflater))
        {
            inflater.AlignSource();
            byte[] bytes = new byte[4];
            if (_source!.TryReadExactly(bytes, 0, bytes.Length))
            {
                trailer = BinaryPrimitives.ReadUInt32BigEndian(bytes);

                // Only a decoder that has come to its end can begin anew, and only a source that has not.
                _inflater = inflater;
            }
        }

        return length;
    }

    /// <summary>Decodes the first Zstandard frame into as much as there is room for.</summary>
    /// <param name="stored">What holds it, from its beginning on.</param>
    /// <param name="count">How many bytes there are, at most.</param>
    /// <param name="maxWindow">The largest window it may ask for.</param>
    /// <param name="target">Where the decoded bytes go.</param>
    /// <returns>Bytes decoded.</returns>
    /// <exception cref="VmaCompressionException">It breaks the rules, or ends too early.</exception>
    public static int DecodeZstd(byte[] stored, int count, int maxWindow, Span<byte> target)
    {
        using ZstdFrames frames = new(new MemoryStream(stored, 0, count, writable: false), false, maxWindow, false, 0, 0);
        int length = 0;
        while (length < target.Length && frames.Next(out ZstdPiece piece) && piece.Kind != ZstdPieceKind.FrameEnd)
        {
            if (piece.Kind == ZstdPieceKind.Data)
            {
                int part = Math.Min(piece.Length, target.Length - length);
                piece.Buffer.AsSpan(piece.Start, part).CopyTo(target.Slice(length));
                length += part;
            }
        }

        return length;
    }

    public void Dispose() => _input?.Dispose();

    /// <summary>Whether nothing but empty blocks follows: where a block is full just as the data ends, the last one holds none.</summary>
    private static bool IsAtEnd(Inflater inflater)
    {
        long end = inflater.DecodedOffset;
        try
        {
            while (inflater.BetweenBlocks)
            {
                if (inflater.Decode(end))
                {
                    return true;
                }
            }
        }
        catch (VmaCompressionException)
        {
            // Whoever asks for no more than was decoded has it.
        }

        return false;
    }

    private Inflater TakeInflater(byte[] stored, int start, int count)
    {
        Inflater? inflater = _inflater;
        _inflater = null;
        if (inflater is null)
        {
            _input = new ArrayInput();
            _source = new CompressedSource(_input, 0);
            inflater = new Inflater(_source, 0);
        }

        _source!.Position = _source.End;
        _input!.Begin(stored, start, count);
        inflater.Begin();
        return inflater;
    }
}
