using System;
using System.Threading;
using VmaTools.Compression;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Salvage;

/// <summary>Searches a compressed archive for places from which on bytes decode.</summary>
internal sealed class SalvageSearch
{
    /// <summary>
    /// A damaged length may lead the decoder past the next frame's begin, by no more than a block; the search begins that much before the damage.
    /// </summary>
    private const long LookBack = 256 << 10;

    /// <summary>Where nothing of a file's begin is known it need not be of this kind at all.</summary>
    private const long MostAtBegin = 16 << 20;

    /// <summary>So far behind damage an extent begins, if it was not lost.</summary>
    private const long MostToExtent = 2L * Layout.MaxExtentSize;

    private const int SearchSize = 1 << 20;

    private readonly FileSource _source;
    private readonly long _length;
    private readonly CancellationToken _cancellationToken;

    // The last search for a frame or member, so that nothing is searched twice.
    private long _searchedFrom = -1;
    private SalvageStart? _found;

    public SalvageSearch(FileSource source, CancellationToken cancellationToken)
    {
        _source = source;
        _length = source.StoredLength ?? 0;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Where the first bytes decode, or null.</summary>
    public SalvageStart? First()
    {
        using (RandomBytes bytes = _source.OpenStored())
        {
            byte[] magic = new byte[CompressionFormats.MagicLength];
            if (CompressionFormats.Detect(magic.AsSpan(0, bytes.ReadAt(0, magic))) == _source.Compression)
            {
                return new SalvageStart(0);
            }
        }

        SalvageStart? next = FindStart(0);
        return FindBlind(0, Math.Min(next?.Offset ?? _length, MostAtBegin), PartialHistory.None, null) ?? next;
    }

    /// <summary>Where decoding goes on behind a stretch, or null.</summary>
    /// <param name="start">Where the stretch began.</param>
    /// <param name="bytes">The stretch, read to its end.</param>
    public SalvageStart? Behind(SalvageStart start, SalvageBytes bytes)
    {
        if (bytes.Damage is null)
        {
            return bytes.Blind is null ? null : FindStart(bytes.StoredPosition);
        }

        if (bytes.FailedBlock is { } block)
        {
            return block.FindNext(_source.Path, _cancellationToken) is { } state
                ? new SalvageStart(state.CompressedPosition) { State = state }
                : FindMagic(block.Start + 1);
        }

        long origin = start.State is null && start.Blind is null ? start.Offset : 0;
        long from = bytes.Blind is null
            ? Math.Max(origin + bytes.VerifiedStoredPosition, bytes.DamageStoredPosition - LookBack)
            : bytes.DamageStoredPosition;
        SalvageStart? next = FindStart(Math.Max(start.Offset + 1, from));
        long failed = Math.Max(Math.Min(bytes.DamageStoredPosition, bytes.EndStoredPosition), start.Offset + 1);
        return bytes.IsWithin(_source) ? FindBlind(failed, next?.Offset ?? _length, bytes.ToHistory(_source), start.Last) ?? next : next;
    }

    /// <summary>Where decoding goes on within a frame or member, or null.</summary>
    private SalvageStart? FindBlind(long from, long limit, PartialHistory history, byte[]? last)
    {
        BlindStart? blind = CompressionFormats.FindBlindStart(_source.Compression, _source.Path, from, limit, _cancellationToken);
        if (blind is null)
        {
            return null;
        }

        ExtentSequence? before = ExtentSequence.Follow(history.Bytes);
        SalvageStart start = new(blind.Position) { Blind = blind, Last = before?.Last ?? last };
        return before is null ? start : Join(start, history, before);
    }

    /// <summary>
    /// The same with what was decoded before, and as many unknown bytes behind it as are lost, so that what comes refers to the right ones;
    /// without, where it is not sure how many that are.
    /// </summary>
    private SalvageStart Join(SalvageStart start, PartialHistory history, ExtentSequence before)
    {
        using SalvageBytes bytes = start.Open(_source);
        BlindBytes blind = bytes.Blind!;
        byte[] buffer = new byte[ZstdFrameHeader.MaxBlock];
        int read;
        do
        {
            _cancellationToken.ThrowIfCancellationRequested();
            read = bytes.Read(buffer);
        }
        while (read > 0 && blind.FirstExtent is null && blind.Position < MostToExtent);
        bool isWholeEnd = read == 0 && bytes.Damage is null;
        if (blind.FirstExtent is null && !isWholeEnd)
        {
            return start;
        }

        // If this is the next extent, or the archive's end, so many bytes are missing. If others were lost in between, these are missing, too:
        // their headers are no whole blocks, as what is lost of the archive mostly is, and their clusters are not those that go on.
        (long left, Slot first) = blind.FirstExtent ?? (blind.Position, default);
        long lost = before.Next - history.Bytes.Length - left;
        bool goesOn = first.DeviceId == before.LastSlot.DeviceId && first.Cluster == before.LastSlot.Cluster + 1;
        bool isWhole = lost % Layout.BlockSize == 0;
        bool isSure = start.Blind!.MostLost is long most
            ? lost <= most && (isWhole || goesOn)
            : isWhole && goesOn;
        return lost >= 0 && lost <= ZstdBlindDecoder.MaxReach && isSure
            ? start with { History = history.WithUnknown((int)lost), Cut = new CutExtent(before.Last, left) }
            : start;
    }

    /// <summary>The next place from which bytes may decode, or null.</summary>
    private SalvageStart? FindStart(long from)
    {
        SalvageStart? next = FindMagic(from);

        // A file whose header is lost may still have its blocks.
        DecoderState? state = CompressionFormats.FindBlock(_source.Compression, _source.Path, from, _cancellationToken);
        return state is not null && (next is null || state.CompressedPosition < next.Offset)
            ? new SalvageStart(state.CompressedPosition) { State = state }
            : next;
    }

    /// <summary>The next place where a frame or member seems to begin, or null.</summary>
    private SalvageStart? FindMagic(long from)
    {
        bool isKnown = _searchedFrom >= 0 && from >= _searchedFrom && (_found is null || _found.Offset >= from);
        if (!isKnown)
        {
            _found = Search(from);
            _searchedFrom = from;
        }

        return _found;
    }

    private SalvageStart? Search(long from)
    {
        using RandomBytes bytes = _source.OpenStored();
        byte[] buffer = new byte[SearchSize];
        long at = from;
        while (true)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            int read = bytes.ReadAt(at, buffer);
            for (int i = 0; i + 4 <= read; i++)
            {
                // What follows is cut to what every format needs, so that a magic at the very end of the buffer counts too.
                bool isCut = read == buffer.Length && i + CompressionFormats.MagicLength > read;
                if (isCut)
                {
                    break;
                }

                ReadOnlySpan<byte> start = buffer.AsSpan(i, Math.Min(CompressionFormats.MagicLength, read - i));
                if (start[0] is 0x28 or 0x1f or 0x89 or 0x42 && CompressionFormats.Detect(start) == _source.Compression && !IsByChance(start))
                {
                    return new SalvageStart(at + i);
                }
            }

            if (read < buffer.Length)
            {
                return null;
            }

            at += read - CompressionFormats.MagicLength + 1;
        }
    }

    /// <summary>True for what begins as gzip does, in two bytes that come everywhere, and goes on as no gzip header can.</summary>
    private static bool IsByChance(ReadOnlySpan<byte> start) => start[0] == 0x1f && start.Length >= 4 && (start[2] != 8 || (start[3] & 0xE0) != 0);
}
