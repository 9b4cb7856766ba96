using System;
using System.Collections.Generic;

namespace VmaTools.Disks.Volumes.Raid;

/// <summary>
/// RAID 4, 5 and 6: chunks dealt out to several disks with one parity or two a stripe. What a disk does not have is computed from
/// the others; where too many lack it, it is lost.
/// </summary>
internal sealed class ParityDiskBytes : DiskBytes
{
    // Long enough that a chunk is read at once as a rule, short enough that what is computed fits into little memory.
    private const int MaxPiece = 64 * 1024;
    private const int MaxChunksAsked = 1024;

    private readonly IReadOnlyList<DiskBytes?> _members;
    private readonly ParityLayout _layout;
    private readonly long _chunkSize;

    /// <param name="members">The disks by their place; null for one that is not there. At least one is.</param>
    /// <param name="layout">How the chunks lie.</param>
    /// <param name="chunkSize">Bytes in a chunk.</param>
    /// <param name="memberSize">Bytes of each member; what is no whole chunk is not used.</param>
    public ParityDiskBytes(IReadOnlyList<DiskBytes?> members, ParityLayout layout, long chunkSize, long memberSize)
    {
        _members = members;
        _layout = layout;
        _chunkSize = chunkSize;
        long rows = memberSize / chunkSize;
        Length = rows > long.MaxValue / chunkSize / layout.DataMembers ? 0 : rows * chunkSize * layout.DataMembers;
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
            Place place = PlaceOf(offset);
            int length = (int)Math.Min(Math.Min(buffer.Length, place.Left), MaxPiece);
            Span<byte> piece = buffer.Slice(0, length);
            VmaException? failure = TryRead(place.Member, place.Offset, piece);
            if (failure is not null)
            {
                Compute(place, piece, failure);
            }

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
            KnownRange range = RangeOf(place.Member, place.Offset, wanted);
            range = range.Kind == KnownRangeKind.Lost ? Recoverable(place, range.Length) : range;
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

    private KnownRange RangeOf(int member, long offset, long length)
    {
        if (_members[member] is not DiskBytes bytes || offset >= bytes.Length)
        {
            return new KnownRange(length, KnownRangeKind.Lost);
        }

        KnownRange range = bytes.FindRange(offset, length);
        return range.Length > 0 ? range : new KnownRange(length, KnownRangeKind.Lost);
    }

    /// <summary>What is computed where a member has nothing: data as long as no more lack it than there are parities.</summary>
    private KnownRange Recoverable(Place place, long length)
    {
        int lost = 0;
        for (int i = 0; i < _members.Count; i++)
        {
            KnownRange range = RangeOf(i, place.Offset, length);
            length = Math.Min(length, range.Length);
            lost += range.Kind == KnownRangeKind.Lost ? 1 : 0;
        }

        return new KnownRange(length, lost <= _layout.Parities ? KnownRangeKind.Data : KnownRangeKind.Lost);
    }

    private VmaException? TryRead(int member, long offset, Span<byte> piece)
    {
        if (_members[member] is not DiskBytes bytes)
        {
            return new VmaFileSystemException(
                VmaCodes.VolumeMemberMissing, "More members of the array lack the range than its parity makes up for.");
        }

        try
        {
            bytes.Read(offset, piece);
            return null;
        }
        catch (VmaException exception)
        {
            return exception;
        }
    }

    /// <summary>Computes what a member should have from what the others have.</summary>
    /// <exception cref="VmaException">Too many of them lack it.</exception>
    private void Compute(Place place, Span<byte> piece, VmaException failure)
    {
        ParityStripe stripe = place.Stripe;
        Span<int> factors = new int[_members.Count];
        stripe.FactorsOf(factors);
        byte[] p = new byte[piece.Length];
        byte[] q = new byte[piece.Length];
        byte[] part = new byte[piece.Length];
        bool hasP = false;
        bool hasQ = false;
        int other = -1;
        for (int i = 0; i < _members.Count; i++)
        {
            if (i == place.Member)
            {
                continue;
            }

            bool isThere = TryRead(i, place.Offset, part) is null;
            if (i == stripe.P || i == stripe.Q)
            {
                hasP |= i == stripe.P && isThere;
                hasQ |= i == stripe.Q && isThere;
                if (isThere)
                {
                    GaloisField.AddMultiple(part, 1, i == stripe.P ? p : q);
                }
            }
            else if (!isThere && other >= 0)
            {
                throw failure;
            }
            else if (!isThere)
            {
                other = i;
            }
            else
            {
                GaloisField.AddMultiple(part, 1, p);
                if (stripe.Q >= 0)
                {
                    GaloisField.AddMultiple(part, GaloisField.Power(factors[i]), q);
                }
            }
        }

        // p and q hold what is missing in P and Q now: the sum of the parts, and that of their multiples.
        piece.Clear();
        int own = factors[place.Member];
        if (other < 0 && hasP)
        {
            p.CopyTo(piece);
        }
        else if (other < 0 && hasQ)
        {
            GaloisField.AddMultiple(q, GaloisField.Power(-own), piece);
        }
        else if (other >= 0 && hasP && hasQ)
        {
            byte divisor = GaloisField.Inverse((byte)(GaloisField.Power(own) ^ GaloisField.Power(factors[other])));
            GaloisField.AddMultiple(p, GaloisField.Multiply(GaloisField.Power(factors[other]), divisor), piece);
            GaloisField.AddMultiple(q, divisor, piece);
        }
        else
        {
            throw failure;
        }
    }

    private Place PlaceOf(long offset)
    {
        long chunk = offset / _chunkSize;
        long within = offset % _chunkSize;
        long row = chunk / _layout.DataMembers;
        ParityStripe stripe = _layout.StripeOf(row);
        return new Place(stripe, stripe.MemberOf((int)(chunk % _layout.DataMembers)), (row * _chunkSize) + within, _chunkSize - within);
    }

    private readonly record struct Place(ParityStripe Stripe, int Member, long Offset, long Left);
}
