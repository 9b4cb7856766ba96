using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Audits;

/// <summary>Bytes that end where damage to the compressed ones begins, instead of failing there.</summary>
internal sealed class SalvageBytes : ForwardBytes
{
    private readonly ForwardBytes _inner;

    public SalvageBytes(ForwardBytes inner) => _inner = inner;

    /// <summary>The damage that ended the bytes, or null.</summary>
    public VmaCompressionException? Damage { get; private set; }

    /// <summary>How far the stored bytes had been taken when a checksum last matched.</summary>
    public long VerifiedStoredPosition { get; private set; }

    public override long Position => _inner.Position;

    public override long? Length => _inner.Length;

    public override long StoredPosition => _inner.StoredPosition;

    /// <summary>Bytes before this offset are proven by a checksum; none of a plain archive.</summary>
    public override long VerifiedPosition => _inner.Length is null && !_inner.HasUncheckedContent ? _inner.VerifiedPosition : 0;

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

/// <summary>
/// The stretches of an archive that can be read: all of a plain one; of a compressed one what decodes, then what begins with
/// the next frame or member behind the damage, and so on.
/// </summary>
internal static class SalvageStretches
{
    /// <summary>
    /// A damaged length may lead the decoder past the next frame's begin, by no more than a block; the search begins that much before the damage.
    /// </summary>
    private const long LookBack = 256 << 10;

    private const int SearchSize = 1 << 20;

    /// <summary>Opens one stretch after the other; each is closed when the next is asked for.</summary>
    public static IEnumerable<SalvageBytes> Open(FileSource source, CancellationToken cancellationToken)
    {
        if (source.Compression == VmaCompression.None)
        {
            using SalvageBytes all = new(source.OpenForward());
            yield return all;
            yield break;
        }

        long start = 0;
        while (start >= 0)
        {
            long next;
            using (SalvageBytes bytes = new(source.OpenForwardAt(start)))
            {
                yield return bytes;
                if (bytes.Damage is not { } damage)
                {
                    yield break;
                }

                long from = Math.Max(start + bytes.VerifiedStoredPosition, start + damage.CompressedOffset - LookBack);
                next = Math.Max(start + 1, from);
            }

            start = FindStart(source, next, cancellationToken);
        }
    }

    /// <summary>The next place where a frame or member seems to begin, or -1.</summary>
    private static long FindStart(FileSource source, long from, CancellationToken cancellationToken)
    {
        using FileBytes bytes = new(source.Path);
        byte[] buffer = new byte[SearchSize];
        long at = from;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
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
                if (start[0] is 0x28 or 0x1f or 0x89 && CompressionFormats.Detect(start) == source.Compression)
                {
                    return at + i;
                }
            }

            if (read < buffer.Length)
            {
                return -1;
            }

            at += read - CompressionFormats.MagicLength + 1;
        }
    }
}
