using System;
using System.Collections.Generic;

namespace VmaTools.Disks.Volumes.Raid;

/// <summary>RAID 10 as Linux has it: chunks dealt out to several disks, each more than once. The first copy that is there is read.</summary>
internal sealed class CopiedDiskBytes : DiskBytes
{
    private const int MaxChunksAsked = 1024;

    // Copies of what is larger would have places beyond any number.
    private const long MaxSize = 1L << 46;

    private readonly IReadOnlyList<DiskBytes?> _members;
    private readonly CopiesLayout _layout;
    private readonly long _chunkSize;

    // Where the part of the members with the next further copies begins, from the part before.
    private readonly long _stride;

    /// <param name="members">The disks by their place; null for one that is not there. At least one is.</param>
    /// <param name="layout">How the copies lie.</param>
    /// <param name="chunkSize">Bytes in a chunk.</param>
    /// <param name="memberSize">Bytes of each member.</param>
    public CopiedDiskBytes(IReadOnlyList<DiskBytes?> members, CopiesLayout layout, long chunkSize, long memberSize)
    {
        _members = members;
        _layout = layout;
        _chunkSize = chunkSize;
        long rows = memberSize / chunkSize / layout.Far;
        if (rows <= MaxSize / chunkSize / members.Count)
        {
            long chunks = rows * members.Count / layout.Near;
            long used = ((chunks * layout.Copies) + members.Count - 1) / members.Count;
            _stride = layout.IsOffset ? chunkSize : used / layout.Far * chunkSize;
            Length = chunks * chunkSize;
        }

        foreach (DiskBytes? member in members)
        {
            SectorSize = Math.Max(SectorSize, member?.SectorSize ?? 0);
        }
    }

    public override long Length { get; }

    public override int SectorSize { get; } = 512;

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int length = (int)Math.Min(buffer.Length, _chunkSize - (offset % _chunkSize));
            length = (int)RangeOf(offset, length).Length;
            ReadPiece(offset, buffer.Slice(0, length));
            buffer = buffer.Slice(length);
            offset += length;
        }
    }

    protected override KnownRange FindRangeCore(long offset, long length)
    {
        KnownRange found = default;
        for (int asked = 0; asked < MaxChunksAsked && found.Length < length; asked++)
        {
            long at = offset + found.Length;
            long wanted = Math.Min(_chunkSize - (at % _chunkSize), length - found.Length);
            KnownRange range = RangeOf(at, wanted);
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

    /// <summary>What the first copy has that has anything there; only as far as that one is the first. Within one chunk.</summary>
    private KnownRange RangeOf(long offset, long length)
    {
        for (int copy = 0; copy < _layout.Copies; copy++)
        {
            (DiskBytes? member, long at) = PlaceOf(offset, copy);
            if (member is null || at >= member.Length)
            {
                continue;
            }

            KnownRange range = member.FindRange(at, length);
            length = range.Length > 0 ? Math.Min(length, range.Length) : length;
            if (range.Length > 0 && range.Kind != KnownRangeKind.Lost)
            {
                return new KnownRange(length, range.Kind);
            }
        }

        return new KnownRange(length, KnownRangeKind.Lost);
    }

    private void ReadPiece(long offset, Span<byte> piece)
    {
        VmaException? first = null;
        for (int copy = 0; copy < _layout.Copies; copy++)
        {
            (DiskBytes? member, long at) = PlaceOf(offset, copy);
            if (member is null)
            {
                continue;
            }

            try
            {
                member.Read(at, piece);
                return;
            }
            catch (VmaException exception)
            {
                first ??= exception;
            }
        }

        throw first ?? new VmaFileSystemException(VmaCodes.VolumeMemberMissing, "Every member of the array that has the range is missing.");
    }

    /// <summary>Where a copy of a byte lies.</summary>
    private (DiskBytes? Member, long Offset) PlaceOf(long offset, int copy)
    {
        int members = _members.Count;
        long slot = offset / _chunkSize * _layout.Near;
        long row = slot / members;
        long start = (_layout.IsOffset ? row * _layout.Far : row) * _chunkSize;
        int member = (int)(slot % members) + (copy % _layout.Near);
        if (member >= members)
        {
            // Copies side by side go on in the next row.
            member -= members;
            start += _chunkSize;
        }

        int far = copy / _layout.Near;
        for (int i = 0; i < far; i++)
        {
            member = Next(member);
        }

        return (_members[member], start + (far * _stride) + (offset % _chunkSize));
    }

    /// <summary>The member that has the next further copy of what another one has.</summary>
    private int Next(int member)
    {
        int set = _layout.SetSize;
        int next = member + _layout.Near;
        int lastSet = ((_members.Count / set) - 1) * set;

        // Members that fill no set of their own belong to the last one.
        return _members.Count % set != 0 && next > lastSet
            ? lastSet + ((next - lastSet) % (_members.Count - lastSet))
            : (member / set * set) + (next % set);
    }
}
