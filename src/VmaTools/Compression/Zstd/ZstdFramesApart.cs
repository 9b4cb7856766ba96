using System.IO;
using System.Threading;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// Decodes frames on several threads, since none needs another, and hands over what they hold in order. What is no whole frame of a
/// modest size ends that: from there on one thread decodes, and tells what is wrong if something is.
/// </summary>
internal sealed class ZstdFramesApart : ZstdPieceSupply
{
    private readonly Stream _source;
    private readonly long _maxWindowSize;
    private readonly ZstdFrameCutter _cutter;
    private readonly OrderedDecoding<ZstdFrameRun> _decoding;
    private byte[] _rest = [];
    private ZstdFrameRun? _run;
    private ZstdFrames? _restFrames;
    private ZstdDecoderThread? _restAhead;
    private long _position;
    private long _decoded;
    private long _decodedBefore;

    /// <param name="source">The compressed bytes, standing between two frames; whoever owns them disposes of them.</param>
    /// <param name="position">Offset at which they stand.</param>
    /// <param name="decoded">Bytes that were decoded before.</param>
    /// <param name="maxWindowSize">The largest window taken.</param>
    /// <param name="threads">How many decode.</param>
    public ZstdFramesApart(Stream source, long position, long decoded, long maxWindowSize, int threads)
    {
        _source = source;
        _position = position;
        _decoded = _decodedBefore = decoded;
        _maxWindowSize = maxWindowSize;
        _cutter = new ZstdFrameCutter(source, position);
        _decoding = new OrderedDecoding<ZstdFrameRun>(threads, Cut, Decode);
    }

    public override long CompressedPosition => _restAhead is null ? _position : _restFrames!.CompressedPosition;

    public override bool Take(out ZstdPiece piece)
    {
        while (_restAhead is null)
        {
            if (_run is null)
            {
                _run = _decoding.Take();
                if (_run is null)
                {
                    _decoding.ThrowSourceError();
                    GoOnAlone();
                    break;
                }
            }

            if (_run.Take(_decodedBefore, out piece))
            {
                _decoded += piece.Length;
                return true;
            }

            _position = _run.Position + _run.PackedLength;
            _decodedBefore = _decoded;
            _decoding.GiveBack(_run);
            _run = null;
        }

        return _restAhead!.Take(out piece);
    }

    public override void Stop()
    {
        _decoding.Stop();
        _restAhead?.Stop();
    }

    public override void Dispose()
    {
        _decoding.Dispose();
        _restAhead?.Dispose();
        _restFrames?.Dispose();
        base.Dispose();
    }

    private void GoOnAlone()
    {
        ZstdState state = new(_position, _decoded, hasFrames: true, _maxWindowSize, frame: null, new ZstdProof(), []);
        Stream rest = new PrefixedStream(_rest, _rest.Length, _source, leaveOpen: true);
        _restFrames = ZstdFrames.Resume(rest, leaveOpen: true, state, checkedOnly: false, ZstdDecoderThread.Most);
        _restAhead = new ZstdDecoderThread(_restFrames);
    }

    private ZstdFrameRun? Cut(byte[] packed, byte[] content)
    {
        if (_cutter.IsRest)
        {
            return null;
        }

        ZstdFrameRun run = _cutter.Next(packed, content);
        if (!_cutter.IsRest)
        {
            return run;
        }

        _rest = _cutter.Left ?? run.Packed.ToArray();
        return _cutter.Left is null ? null : run;
    }

    private void Decode(Handover<ZstdFrameRun> runs, CancellationToken stop)
    {
        ZstdFrames frames = new(Stream.Null, leaveOpen: true, _maxWindowSize, checkedOnly: false, retained: 0, position: 0);
        while (runs.Take(out ZstdFrameRun run))
        {
            run.Decode(frames, stop);
        }
    }
}
