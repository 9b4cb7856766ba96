using System;
using System.Collections.Generic;

namespace VmaTools.Disks.Volumes;

/// <summary>Chunks dealt out to several disks in turn.</summary>
internal sealed class StripedDiskBytes : DiskBytes
{
    // Stretches of one kind are put together only so far: each chunk asks its member.
    private const int MaxChunksAsked = 1024;

    private readonly IReadOnlyList<DiskBytes> _members;
    private readonly long _chunkSize;
    private readonly long _first;

    /// <param name="members">The disks in the order in which they get chunks.</param>
    /// <param name="chunkSize">Bytes in a chunk.</param>
    /// <param name="first">Which disk has the first chunk.</param>
    public StripedDiskBytes(IReadOnlyList<DiskBytes> members, long chunkSize, long first = 0)
    {
        _members = members;
        _chunkSize = chunkSize;
        _first = first % members.Count;
        long rows = long.MaxValue;
        foreach (DiskBytes member in members)
        {
            rows = Math.Min(rows, member.Length / chunkSize);
        }

        Length = rows * chunkSize * members.Count;
    }

    public override long Length { get; }

    public override int SectorSize => _members[0].SectorSize;

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            Place place = PlaceOf(offset);
            int length = (int)Math.Min(buffer.Length, place.Left);
            place.Member.Read(place.Offset, buffer.Slice(0, length));
            buffer = buffer.Slice(length);
            offset += length;
        }
    }

    protected override KnownRange FindRangeCore(long offset, long length)
    {
        KnownRange found = default;
        for (int asked = 0; asked < MaxChunksAsked && found.Length < length; asked++)
        {
            Place place = PlaceOf(offset + found.Length);
            long wanted = Math.Min(place.Left, length - found.Length);
            KnownRange range = place.Member.FindRange(place.Offset, wanted);
            if (asked > 0 && range.Kind != found.Kind)
            {
                break;
            }

            found = new KnownRange(found.Length + range.Length, range.Kind);
            if (range.Length < wanted)
            {
                break;
            }
        }

        return found;
    }

    private Place PlaceOf(long offset)
    {
        long chunk = offset / _chunkSize;
        long within = offset % _chunkSize;
        int member = (int)((chunk + _first) % _members.Count);
        return new Place(_members[member], (chunk / _members.Count * _chunkSize) + within, _chunkSize - within);
    }

    private readonly record struct Place(DiskBytes Member, long Offset, long Left);
}
