using System;
using System.Buffers.Binary;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// Decompresses a gzip file, of one or several members, and checks the CRC-32 and length of each. The state can be
/// captured between any two deflate blocks.
/// </summary>
internal sealed class GzipDecodingStream : PieceDecodingStream
{
    private const int TrailerSize = 8;

    private readonly Inflater _inflater;
    private GzipStep _step;
    private uint _checksum = Crc32.Initial;
    private uint _length;
    private long _decodedPosition;
    private long _verifiedPosition;

    /// <summary>Decompresses from the current position of <paramref name="source"/>, the start of the gzip file.</summary>
    public GzipDecodingStream(Stream source, bool leaveOpen)
        : this(source, leaveOpen, 0, 0)
    {
    }

    private GzipDecodingStream(Stream source, bool leaveOpen, long compressedPosition, long decodedPosition)
        : base(source, leaveOpen, compressedPosition)
    {
        _inflater = new Inflater(Source, decodedPosition);
        _decodedPosition = decodedPosition;
    }

    public override long CompressedPosition => _inflater.CompressedOffset;

    public override long DecodedPosition => _decodedPosition;

    public override long VerifiedPosition => _verifiedPosition;

    /// <summary>False: gzip has no way to leave its checksum out.</summary>
    public override bool HasUncheckedContent => false;

    public override ulong RunningChecksum => _checksum;

    protected override bool IsDrained => _inflater.DecodedOffset == _decodedPosition;

    protected override bool IsEnded => _step == GzipStep.Ended;

    protected override bool IsAtPiece => _step == GzipStep.FurtherHeader;

    protected override bool IsBetweenBlocks => _step != GzipStep.Block || _inflater.BetweenBlocks;

    /// <summary>True where these first bytes of a file are those of gzip.</summary>
    public static bool Matches(ReadOnlySpan<byte> firstBytes) => GzipHeader.Matches(firstBytes);

    /// <summary>Goes on from <paramref name="state"/>, at whose compressed position <paramref name="source"/> stands.</summary>
    public static GzipDecodingStream Resume(Stream source, bool leaveOpen, DecoderState state)
    {
        GzipDecodingStream stream = new(source, leaveOpen, state.CompressedPosition, state.DecodedPosition);
        stream.GoOn((GzipState)state);
        return stream;
    }

    protected override PieceState Capture()
    {
        (byte bits, int count) = _inflater.PartialByte;
        return new GzipState(CompressedPosition, DecodedPosition)
        {
            Step = _step,
            Window = _step == GzipStep.Block ? _inflater.CopyHistory() : Array.Empty<byte>(),
            PartialBits = bits,
            PartialBitCount = count,
            Checksum = _checksum,
            Length = _length,
            VerifiedPosition = _verifiedPosition,
        };
    }

    protected override int Deliver(Span<byte> buffer)
    {
        int decoded = (int)(_inflater.DecodedOffset - _decodedPosition);
        ReadOnlySpan<byte> data = _inflater.Decoded(decoded);
        _checksum = Crc32.Append(_checksum, data);
        _length += (uint)decoded;
        _decodedPosition += decoded;
        data.CopyTo(buffer);
        return decoded;
    }

    protected override void GoOn(PieceState state)
    {
        GzipState from = (GzipState)state;
        _step = from.Step;
        _checksum = from.Checksum;
        _length = from.Length;
        _decodedPosition = from.DecodedPosition;
        _verifiedPosition = from.VerifiedPosition;
        _inflater.Resume(from.DecodedPosition, from.Window, from.PartialBits, from.PartialBitCount);
    }

    protected override void TakeStep(int wanted)
    {
        switch (_step)
        {
            case GzipStep.FirstHeader:
                GzipHeader.ReadFirst(Source);
                BeginMember();
                break;
            case GzipStep.Block:
                if (_inflater.Decode(_decodedPosition + _inflater.MakeRoom(wanted)))
                {
                    _step = GzipStep.Trailer;
                }

                break;
            case GzipStep.Trailer:
                CheckTrailer();
                _step = GzipStep.FurtherHeader;
                break;
            case GzipStep.FurtherHeader:
                if (GzipHeader.TryReadFurther(Source, _decodedPosition))
                {
                    BeginMember();
                }
                else
                {
                    _step = GzipStep.Ended;
                }

                break;
        }
    }

    private void BeginMember()
    {
        _inflater.Begin();
        _checksum = Crc32.Initial;
        _length = 0;
        _step = GzipStep.Block;
    }

    // A member ends, from the next whole byte on, with the CRC-32 of its data and the lower half of its length, 4 bytes each.
    private void CheckTrailer()
    {
        _inflater.AlignSource();
        long start = Source.Offset;
        byte[] trailer = new byte[TrailerSize];
        if (!Source.TryReadExactly(trailer, 0, TrailerSize))
        {
            throw Error(VmaCodes.CompressedDataTruncated, "The gzip file ends before the checksum of its data.", Source.Offset);
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != _checksum)
        {
            throw Error(VmaCodes.CompressedChecksumMismatch, "The data does not match the CRC-32 in the gzip file.", start);
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer.AsSpan(4)) != _length)
        {
            throw Error(VmaCodes.CompressedChecksumMismatch, "The data does not have the length given in the gzip file.", start + 4);
        }

        _verifiedPosition = _decodedPosition;
    }

    private VmaCompressionException Error(string code, string message, long compressedOffset) =>
        new(code, message, compressedOffset, _decodedPosition);
}
