using System;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Salvage;

/// <summary>Bytes that end where damage to the compressed ones begins, instead of failing there.</summary>
internal sealed class SalvageBytes : ForwardBytes
{
    private readonly ForwardBytes _inner;

    private readonly long _origin;

    /// <param name="inner">The bytes.</param>
    /// <param name="origin">Where in the archive's file their stored positions are counted from.</param>
    public SalvageBytes(ForwardBytes inner, long origin = 0)
    {
        _inner = inner;
        _origin = origin;
    }

    /// <summary>Where in the archive's file the damage is.</summary>
    public long DamageStoredPosition => _origin + (Damage?.CompressedOffset ?? 0);

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

    protected override int ReadSome(Span<byte> buffer)
    {
        if (Damage is not null)
        {
            return 0;
        }

        try
        {
            long verified = _inner.VerifiedPosition;
            int read = _inner.Read(buffer);
            if (_inner.VerifiedPosition != verified)
            {
                // The frame that was verified ended before this, at most one read ago.
                VerifiedStoredPosition = _lastStored;
            }

            _lastStored = _inner.StoredPosition;
            return read;
        }
        catch (VmaCompressionException exception)
        {
            Damage = exception;
            return 0;
        }
    }

    private long _lastStored;

    public override void Dispose()
    {
        _inner.Dispose();
        base.Dispose();
    }
}
