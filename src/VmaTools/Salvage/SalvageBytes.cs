using System;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Salvage;

/// <summary>Bytes that end where damage to the compressed ones begins, instead of failing there.</summary>
internal sealed class SalvageBytes : ForwardBytes
{
    private const int PieceSize = 64 << 10;

    private readonly ForwardBytes _inner;

    private readonly long _origin;
    private readonly DecodedTail _tail;
    private long _lastStored;

    /// <param name="inner">The bytes.</param>
    /// <param name="origin">Where in the archive's file their stored positions are counted from.</param>
    /// <param name="kept">How many of the bytes delivered last are kept.</param>
    public SalvageBytes(ForwardBytes inner, long origin = 0, int kept = 0)
    {
        _inner = inner;
        _origin = origin;
        _tail = new DecodedTail(kept);
    }

    /// <summary>The bytes as those behind damage within a frame or member; null where they are others.</summary>
    public BlindBytes? Blind => _inner as BlindBytes;

    /// <summary>The extent that the first bytes belong to; null where none does, or none is known to.</summary>
    public CutExtent? Cut { get; init; }

    /// <summary>Where in the archive's file the bytes begin.</summary>
    public long StartStoredPosition { get; init; }

    /// <summary>Where in the archive's file the damage is.</summary>
    public long DamageStoredPosition => _origin + (Damage?.CompressedOffset ?? 0);

    /// <summary>Where in the archive's file what was delivered last ends.</summary>
    public long EndStoredPosition => _origin + _lastStored;

    /// <summary>The damage that ended the bytes, or null.</summary>
    public VmaCompressionException? Damage { get; private set; }

    /// <summary>The block that the damage is in, where the format has blocks that can be read one by one; else null.</summary>
    public FailedBlock? FailedBlock => (_inner as DecodedForwardBytes)?.FailedBlock;

    /// <summary>How far the stored bytes had been taken when a checksum last matched.</summary>
    public long VerifiedStoredPosition { get; private set; }

    public override long Position => _inner.Position;

    public override long? Length => _inner.Length;

    public override long StoredPosition => _inner.StoredPosition;

    /// <summary>Bytes before this offset are proven by a checksum; none of a plain archive.</summary>
    public override long VerifiedPosition => _inner.Length is null ? _inner.VerifiedPosition : 0;

    public override bool CanSeek => _inner.CanSeek;

    public override void Seek(long offset) => _inner.Seek(offset);

    /// <summary>Whether the frame or member goes on behind the damage that ended the bytes.</summary>
    public bool IsWithin(FileSource source) => Damage is not null && DamageBegin.IsWithin(source, Damage, DamageStoredPosition);

    /// <summary>
    /// How many of the bytes delivered are to be trusted: those that come from before where the damage may have begun, or that are verified,
    /// which are all there are where a checksum covers the rest and does not match.
    /// </summary>
    public long TrustedPosition(FileSource source)
    {
        if (Damage is null)
        {
            return long.MaxValue;
        }

        long noticed = Math.Min(DamageStoredPosition, EndStoredPosition);
        bool isAtEnd = Damage.Code == VmaCodes.CompressedChecksumMismatch && !IsWithin(source);
        return Math.Max(VerifiedPosition, isAtEnd ? 0 : _tail.DecodedBefore(DamageBegin.Of(source, noticed) - _origin));
    }

    /// <summary>What is known of the bytes in front of the damage.</summary>
    public PartialHistory ToHistory(FileSource source) =>
        (Blind?.CopyHistory() ?? _tail.ToHistory()).WithDoubt(Math.Max(0, Position - TrustedPosition(source)));

    protected override int ReadSome(Span<byte> buffer)
    {
        if (Damage is not null)
        {
            return 0;
        }

        try
        {
            long verified = _inner.VerifiedPosition;

            // In small pieces, so that it is known what came from where.
            int read = _inner.Read(CanSeek ? buffer : buffer.Slice(0, Math.Min(buffer.Length, PieceSize)));
            if (_inner.VerifiedPosition != verified)
            {
                // The frame that was verified ended before this, at most one read ago.
                VerifiedStoredPosition = _lastStored;
            }

            _lastStored = _inner.StoredPosition;
            if (!CanSeek)
            {
                _tail.Add(buffer.Slice(0, read), _lastStored);
            }

            return read;
        }
        catch (VmaCompressionException exception)
        {
            Damage = exception;
            return 0;
        }
    }

    public override void Dispose()
    {
        _inner.Dispose();
        base.Dispose();
    }
}
