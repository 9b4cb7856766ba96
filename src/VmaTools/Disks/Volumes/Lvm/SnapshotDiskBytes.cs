using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.Volumes.Lvm;

/// <summary>
/// A snapshot of the old style: the volume that it was taken of, but for the chunks that were copied into the snapshot's own
/// volume before either side changed them.
/// </summary>
/// <remarks>
/// <code>
/// the snapshot's volume in chunks, little-endian:
///   chunk 0: "SnAp"   4 valid u32   8 version u32 (1)   12 sectors in a chunk u32
///   then over and over a chunk of pairs (chunk of the origin u64, chunk of this volume u64) and the chunks that they name;
///   the first pair with 0 for its second is the end
/// </code>
/// </remarks>
internal sealed class SnapshotDiskBytes : DiskBytes
{
    private const int PairSize = 16;
    private const int MaxChunkSize = 16 << 20;

    // Pairs for 64 GiB of changes in chunks of 4 KiB.
    private const int MaxPairs = 1 << 24;

    private readonly DiskBytes _origin;
    private readonly DiskBytes _store;
    private readonly long _chunkSize;
    private readonly long[] _chunks;
    private readonly long[] _places;

    private SnapshotDiskBytes(DiskBytes origin, DiskBytes store, long chunkSize, long length, List<long> chunks, List<long> places)
    {
        _origin = origin;
        _store = store;
        _chunkSize = chunkSize;
        Length = length;
        _chunks = [.. chunks];
        _places = [.. places];
        Array.Sort(_chunks, _places);
    }

    public override long Length { get; }

    public override int SectorSize => _origin.SectorSize;

    /// <param name="origin">The volume that the snapshot was taken of.</param>
    /// <param name="store">The snapshot's own volume.</param>
    /// <param name="length">Bytes of the snapshot.</param>
    /// <exception cref="VmaException">It is void, or damaged.</exception>
    public static SnapshotDiskBytes Open(DiskBytes origin, DiskBytes store, long length)
    {
        byte[] header = store.Read(0, PairSize);
        long chunkSize = LittleEndian.U32(header, 12) * 512L;
        if (!header.AsSpan().StartsWith("SnAp"u8) || LittleEndian.U32(header, 8) != 1 || chunkSize == 0 || chunkSize > MaxChunkSize)
        {
            throw new VmaFileSystemException(VmaCodes.VolumeDamaged, "The snapshot has no header that is understood.");
        }

        if (LittleEndian.U32(header, 4) != 1)
        {
            throw new VmaFileSystemException(VmaCodes.VolumeDamaged, "The snapshot had run out of room, and is void.");
        }

        List<long> chunks = [];
        List<long> places = [];
        long end = store.Length / chunkSize;
        byte[] pairs = new byte[chunkSize];
        for (long at = 1; at < end; at += 1 + (chunkSize / PairSize))
        {
            store.Read(at * chunkSize, pairs);
            for (int i = 0; i < pairs.Length; i += PairSize)
            {
                ulong place = LittleEndian.U64(pairs, i + 8);
                ulong chunk = LittleEndian.U64(pairs, i);
                if (place == 0)
                {
                    return new SnapshotDiskBytes(origin, store, chunkSize, length, chunks, places);
                }

                if (place >= (ulong)end || chunk > long.MaxValue || chunks.Count >= MaxPairs)
                {
                    throw new VmaFileSystemException(VmaCodes.VolumeDamaged, "The snapshot has a chunk beyond its end, or more than can be read here.");
                }

                chunks.Add((long)chunk);
                places.Add((long)place);
            }
        }

        return new SnapshotDiskBytes(origin, store, chunkSize, length, chunks, places);
    }

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            (DiskBytes source, long at, long left) = PlaceOf(offset);
            Span<byte> piece = buffer.Slice(0, (int)Math.Min(buffer.Length, left));
            source.Read(at, piece);
            buffer = buffer.Slice(piece.Length);
            offset += piece.Length;
        }
    }

    protected override KnownRange FindRangeCore(long offset, long length)
    {
        (DiskBytes source, long at, long left) = PlaceOf(offset);
        KnownRange range = source.FindRange(at, Math.Min(length, left));
        return range.Length > 0 ? range : new KnownRange(Math.Min(length, left), KnownRangeKind.Lost);
    }

    /// <summary>Where a byte lies, and how far what is stored beside it goes on.</summary>
    private (DiskBytes Source, long Offset, long Left) PlaceOf(long offset)
    {
        long chunk = offset / _chunkSize;
        long within = offset % _chunkSize;
        int index = Array.BinarySearch(_chunks, chunk);
        if (index < 0)
        {
            return (_origin, offset, ~index < _chunks.Length ? (_chunks[~index] * _chunkSize) - offset : long.MaxValue);
        }

        long count = 1;
        while (index + count < _chunks.Length && _chunks[index + count] == chunk + count && _places[index + count] == _places[index] + count)
        {
            count++;
        }

        return (_store, (_places[index] * _chunkSize) + within, (count * _chunkSize) - within);
    }
}
