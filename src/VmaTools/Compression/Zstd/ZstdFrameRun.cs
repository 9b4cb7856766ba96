using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace VmaTools.Compression;

/// <summary>Some whole frames, one after the other, which somebody decodes who knows nothing of what comes before.</summary>
internal sealed class ZstdFrameRun : OrderedPiece
{
    private const int FirstRoom = 3 << 19;

    private readonly List<ZstdPiece> _pieces = [];
    private byte[] _packed;
    private byte[] _content;
    private int _packedLength;
    private int _length;
    private int _taken;
    private ExceptionDispatchInfo? _error;

    /// <param name="position">Offset of the first frame in the compressed source.</param>
    /// <param name="packed">Takes the frames.</param>
    /// <param name="content">Takes what they decode to.</param>
    public ZstdFrameRun(long position, byte[] packed, byte[] content)
        : base(position)
    {
        _packed = packed;
        _content = content;
    }

    /// <summary>Bytes of the frames.</summary>
    public int PackedLength => _packedLength;

    /// <summary>The most that they can decode to.</summary>
    public long Bound { get; private set; }

    /// <summary>The frames' bytes, as far as they were added.</summary>
    public ReadOnlySpan<byte> Packed => _packed.AsSpan(ZstdSource.Margin, _packedLength);

    public override (byte[] Packed, byte[] Content) Arrays => (_packed, _content);

    /// <summary>Room for as many more bytes, which <see cref="Keep"/> takes over.</summary>
    public ArraySegment<byte> Reserve(int count)
    {
        int needed = ZstdSource.Margin + _packedLength + count + ZstdSource.Margin;
        if (_packed.Length < needed)
        {
            Array.Resize(ref _packed, Math.Max(Math.Max(needed, _packed.Length * 2), FirstRoom));
        }

        return new ArraySegment<byte>(_packed, ZstdSource.Margin + _packedLength, count);
    }

    /// <summary>Takes over bytes that were written where there was room for them.</summary>
    public void Keep(int count) => _packedLength += count;

    /// <summary>Says that what was kept last can decode to as many bytes.</summary>
    public void MayGrow(long count) => Bound += count;

    /// <summary>Drops what lies behind the first bytes.</summary>
    public void CutTo(int packedLength, long bound)
    {
        _packedLength = packedLength;
        Bound = bound;
    }

    /// <summary>Decodes all of it, or as far as it can be decoded.</summary>
    public void Decode(ZstdFrames frames, CancellationToken stop)
    {
        try
        {
            frames.Restart(new ZstdSource(_packed, _packedLength, Position));
            while (frames.Next(out ZstdPiece piece))
            {
                stop.ThrowIfCancellationRequested();
                _pieces.Add(piece.Length == 0 ? piece : Copy(piece));
            }
        }
        catch (Exception exception)
        {
            _error = ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            Finish();
        }
    }

    /// <summary>Takes the next piece.</summary>
    /// <param name="decodedBefore">Bytes that were decoded before the first frame.</param>
    /// <param name="piece">The piece; its bytes stay until the run is over.</param>
    /// <returns>False where there is none. What decoding threw is thrown once all pieces before it are taken.</returns>
    public bool Take(long decodedBefore, out ZstdPiece piece)
    {
        if (_taken < _pieces.Count)
        {
            piece = _pieces[_taken++];
            return true;
        }

        piece = default;
        if (_error?.SourceException is VmaCompressionException damage)
        {
            throw new VmaCompressionException(
                damage.Code, damage.Sentence, damage.CompressedOffset, decodedBefore + damage.Offset.GetValueOrDefault());
        }

        _error?.Throw();
        return false;
    }

    // One array takes all, unless more comes out than the frames' blocks allow; the pieces before stay where they are then.
    private ZstdPiece Copy(in ZstdPiece piece)
    {
        if (_content.Length - _length < piece.Length)
        {
            _content = new byte[Math.Max(piece.Length, Bound)];
            _length = 0;
        }

        Buffer.BlockCopy(piece.Buffer, piece.Start, _content, _length, piece.Length);
        ZstdPiece copy = piece with { Buffer = _content, Start = _length };
        _length += piece.Length;
        return copy;
    }
}
