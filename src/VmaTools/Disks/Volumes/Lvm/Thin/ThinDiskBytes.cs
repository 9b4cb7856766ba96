using System;

namespace VmaTools.Disks.Volumes.Lvm.Thin;

/// <summary>A thin volume: blocks anywhere in the data of its pool, and zeros (or a volume that it began as) where none is.</summary>
internal sealed class ThinDiskBytes : DiskBytes
{
    private readonly ThinMetadata _metadata;
    private readonly ulong _root;
    private readonly DiskBytes _data;
    private readonly DiskBytes? _origin;

    /// <param name="metadata">The metadata of the pool.</param>
    /// <param name="volume">The number of the volume in the pool.</param>
    /// <param name="data">The data of the pool.</param>
    /// <param name="origin">What is read where the volume has no block; null for zeros.</param>
    /// <param name="length">Bytes.</param>
    public ThinDiskBytes(ThinMetadata metadata, ulong volume, DiskBytes data, DiskBytes? origin, long length)
    {
        _metadata = metadata;
        _root = metadata.RootOf(volume);
        _data = data;
        _origin = origin;
        Length = length;
    }

    public override long Length { get; }

    public override int SectorSize => _data.SectorSize;

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            Place place = PlaceOf(offset, buffer.Length);
            Span<byte> piece = buffer.Slice(0, (int)place.Length);
            if (place.Source is null)
            {
                piece.Clear();
            }
            else
            {
                place.Source.Read(place.Offset, piece);
            }

            buffer = buffer.Slice(piece.Length);
            offset += piece.Length;
        }
    }

    protected override KnownRange FindRangeCore(long offset, long length)
    {
        try
        {
            Place place = PlaceOf(offset, length);
            return place.Source?.FindRange(place.Offset, place.Length) ?? new KnownRange(place.Length, KnownRangeKind.Zeros);
        }
        catch (VmaException)
        {
            // Where the metadata are damaged nothing tells what the block holds.
            return new KnownRange(Math.Min(length, _metadata.DataBlockSize - (offset % _metadata.DataBlockSize)), KnownRangeKind.Lost);
        }
    }

    /// <summary>Where bytes of the volume lie; without a source they are zeros.</summary>
    private Place PlaceOf(long offset, long length)
    {
        long size = _metadata.DataBlockSize;
        long within = offset % size;
        ulong? block = _metadata.FindBlock(_root, (ulong)(offset / size), out ulong count);
        length = count > (ulong)(length / size) + 1 ? length : Math.Min(length, ((long)count * size) - within);
        if (block is ulong stored)
        {
            return stored < (ulong)((_data.Length + size - 1) / size) && ((long)stored * size) + within + length <= _data.Length
                ? new Place(_data, ((long)stored * size) + within, length)
                : throw new VmaFileSystemException(VmaCodes.VolumeDamaged, "A thin volume has a block beyond the end of its pool.", volumeOffset: offset);
        }

        return _origin is null || offset >= _origin.Length
            ? new Place(null, 0, length)
            : new Place(_origin, offset, Math.Min(length, _origin.Length - offset));
    }

    private readonly record struct Place(DiskBytes? Source, long Offset, long Length);
}
