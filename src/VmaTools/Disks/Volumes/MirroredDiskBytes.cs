using System;
using System.Collections.Generic;

namespace VmaTools.Disks.Volumes;

/// <summary>Disks with the same content. The first is read; where it is lost, the next one that is not.</summary>
internal sealed class MirroredDiskBytes : DiskBytes
{
    private readonly IReadOnlyList<DiskBytes> _members;

    /// <param name="members">The disks, at least one.</param>
    public MirroredDiskBytes(IReadOnlyList<DiskBytes> members)
    {
        _members = members;
        Length = long.MaxValue;
        foreach (DiskBytes member in members)
        {
            Length = Math.Min(Length, member.Length);
        }
    }

    public override long Length { get; }

    public override int SectorSize => _members[0].SectorSize;

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int length = (int)FindRange(offset, buffer.Length).Length;
            ReadPiece(offset, buffer.Slice(0, length));
            buffer = buffer.Slice(length);
            offset += length;
        }
    }

    /// <summary>What the first disk has that has anything there; only as far as that one is the first.</summary>
    protected override KnownRange FindRangeCore(long offset, long length)
    {
        foreach (DiskBytes member in _members)
        {
            KnownRange range = member.FindRange(offset, length);
            length = Math.Min(length, range.Length);
            if (range.Kind != KnownRangeKind.Lost)
            {
                return new KnownRange(length, range.Kind);
            }
        }

        return new KnownRange(length, KnownRangeKind.Lost);
    }

    private void ReadPiece(long offset, Span<byte> buffer)
    {
        VmaException? first = null;
        foreach (DiskBytes member in _members)
        {
            try
            {
                member.Read(offset, buffer);
                return;
            }
            catch (VmaException exception)
            {
                first ??= exception;
            }
        }

        throw first!;
    }
}
