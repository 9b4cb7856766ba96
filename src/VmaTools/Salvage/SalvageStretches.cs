using System;
using System.Collections.Generic;
using System.Threading;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Salvage;

/// <summary>
/// The stretches of an archive that can be read: all of a plain one; of a compressed one what decodes, then what begins with
/// the next block, frame or member that can be read by itself behind the damage, and so on.
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

        Start? start = StartsWithMagic(source) ? new Start(0, null) : FindStart(source, 0, cancellationToken);
        while (start is not null)
        {
            // Positions are counted from where decoding began, but for one that went on with a state.
            using (SalvageBytes bytes = start.State is null
                ? new SalvageBytes(source.OpenForwardAt(start.Offset), start.Offset)
                : new SalvageBytes(source.OpenForwardAt(start.State)))
            {
                yield return bytes;
                if (bytes.Damage is null)
                {
                    yield break;
                }

                start = FindNext(source, start, bytes, cancellationToken);
            }
        }
    }

    private static bool StartsWithMagic(FileSource source)
    {
        using FileBytes bytes = new(source.Path);
        byte[] magic = new byte[CompressionFormats.MagicLength];
        return CompressionFormats.Detect(magic.AsSpan(0, bytes.ReadAt(0, magic))) == source.Compression;
    }

    private static Start? FindNext(FileSource source, Start start, SalvageBytes bytes, CancellationToken cancellationToken)
    {
        if (bytes.FailedBlock is { } block)
        {
            return block.FindNext(source.Path, cancellationToken) is { } state
                ? new Start(state.CompressedPosition, state)
                : FindMagic(source, block.Start + 1, cancellationToken);
        }

        long origin = start.State is null ? start.Offset : 0;
        long from = Math.Max(origin + bytes.VerifiedStoredPosition, bytes.DamageStoredPosition - LookBack);
        return FindStart(source, Math.Max(start.Offset + 1, from), cancellationToken);
    }

    /// <summary>The next place from which bytes may decode, or null.</summary>
    private static Start? FindStart(FileSource source, long from, CancellationToken cancellationToken)
    {
        Start? next = FindMagic(source, from, cancellationToken);

        // A file whose header is lost may still have its blocks.
        DecoderState? state = CompressionFormats.FindBlock(source.Compression, source.Path, from, cancellationToken);
        return state is not null && (next is null || state.CompressedPosition < next.Offset) ? new Start(state.CompressedPosition, state) : next;
    }

    /// <summary>The next place where a frame or member seems to begin, or null.</summary>
    private static Start? FindMagic(FileSource source, long from, CancellationToken cancellationToken)
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
                if (start[0] is 0x28 or 0x1f or 0x89 or 0x42 && CompressionFormats.Detect(start) == source.Compression && !IsByChance(start))
                {
                    return new Start(at + i, null);
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

    /// <summary>Where decoding begins.</summary>
    /// <param name="Offset">In the stored bytes.</param>
    /// <param name="State">The decoder's state there; null where a frame or member begins.</param>
    private sealed record Start(long Offset, DecoderState? State);
}
