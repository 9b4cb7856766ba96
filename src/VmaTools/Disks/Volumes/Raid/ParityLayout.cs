using System;

namespace VmaTools.Disks.Volumes.Raid;

/// <summary>Where a stripe of RAID 4, 5 or 6 has its parity and its data, in the numbers that Linux gives the ways to deal them out.</summary>
internal sealed class ParityLayout
{
    // Where P of stripe s is, of n members: fixed, or one further with each stripe, forwards or backwards.
    private const int LeftAsymmetric = 0;
    private const int RightAsymmetric = 1;
    private const int LeftSymmetric = 2;
    private const int RightSymmetric = 3;
    private const int ParityFirst = 4;
    private const int ParityLast = 5;

    // The ways of the Common RAID Disk Data Format; Q's factors count every member there, P and Q too.
    private const int ZeroRestart = 8;
    private const int LastRestart = 9;
    private const int LastContinue = 10;

    // Those of RAID 5 with Q on a member of its own behind the others.
    private const int QOnItsOwn = 16;

    // There are no more powers of two in Q's field.
    private const int MaxMembers = 255;

    private readonly int _layout;
    private readonly bool _hasQ;

    private ParityLayout(int layout, int members, int parities)
    {
        _layout = layout;
        _hasQ = parities == 2;
        Members = members;
        Parities = parities;
    }

    public int Members { get; }

    /// <summary>1, or 2 with Q.</summary>
    public int Parities { get; }

    public int DataMembers => Members - Parities;

    /// <summary>The layout, or null where it is none that Linux has.</summary>
    /// <param name="level">4, 5 or 6.</param>
    /// <param name="layout">Linux' number of the layout; it does not count for level 4.</param>
    /// <param name="members">How many members there are.</param>
    public static ParityLayout? Create(int level, int layout, int members)
    {
        bool isKnown = level switch
        {
            4 => true,
            5 => layout is >= LeftAsymmetric and <= ParityLast,
            6 => layout is (>= LeftAsymmetric and <= ParityLast) or (>= ZeroRestart and <= LastContinue) or (>= QOnItsOwn and <= QOnItsOwn + ParityFirst),
            _ => false,
        };
        int parities = level == 6 ? 2 : 1;
        return isKnown && members > parities && members <= MaxMembers ? new ParityLayout(level == 4 ? ParityLast : layout, members, parities) : null;
    }

    /// <summary>The places of a stripe.</summary>
    public ParityStripe StripeOf(long number)
    {
        int n = Members;
        int p;
        int q = -1;
        int first;
        if (!_hasQ || _layout >= QOnItsOwn)
        {
            // With Q apart the others are a RAID 5.
            n = _hasQ ? n - 1 : n;
            q = _hasQ ? n : -1;
            int way = _hasQ ? _layout - QOnItsOwn : _layout;
            p = way switch
            {
                LeftAsymmetric or LeftSymmetric => n - 1 - (int)(number % n),
                ParityFirst => 0,
                ParityLast => n - 1,
                _ => (int)(number % n),
            };
            first = way is LeftSymmetric or RightSymmetric ? (p + 1) % n : 0;
            return new ParityStripe(p, q, first, n, FirstFactor: 0, CountsAll: false);
        }

        p = _layout switch
        {
            LeftAsymmetric or LeftSymmetric or LastContinue => n - 1 - (int)(number % n),
            LastRestart => n - 1 - (int)((number + 1) % n),
            ParityFirst => 0,
            ParityLast => n - 2,
            _ => (int)(number % n),
        };
        q = _layout == LastContinue ? (p + n - 1) % n : (p + 1) % n;
        first = _layout switch
        {
            LeftSymmetric or RightSymmetric => (p + 2) % n,
            LastContinue => (p + 1) % n,
            _ => 0,
        };
        bool countsAll = _layout is >= ZeroRestart and <= LastContinue;
        return new ParityStripe(p, q, first, n, countsAll ? 0 : (q + 1) % n, countsAll);
    }
}

/// <summary>The places of one stripe.</summary>
/// <param name="P">The member with the exclusive-or of the data.</param>
/// <param name="Q">The member with the second parity, or -1.</param>
/// <param name="FirstData">The member at which the data begins; it goes round, leaving out parities.</param>
/// <param name="Round">How many members, from the first on, it goes round.</param>
/// <param name="FirstFactor">The member at which the factors of Q begin, going round.</param>
/// <param name="CountsAll">True where parities take a factor, too.</param>
internal readonly record struct ParityStripe(int P, int Q, int FirstData, int Round, int FirstFactor, bool CountsAll)
{
    /// <summary>The member that has a chunk of the stripe's data.</summary>
    public int MemberOf(int data)
    {
        int member = FirstData;
        while (true)
        {
            if (member != P && member != Q && data-- == 0)
            {
                return member;
            }

            member = (member + 1) % Round;
        }
    }

    /// <summary>Which power of two a member's data is multiplied by in Q, for each member; -1 for P and Q.</summary>
    public void FactorsOf(Span<int> factors)
    {
        int next = 0;
        for (int i = 0; i < factors.Length; i++)
        {
            int member = (FirstFactor + i) % factors.Length;
            bool isParity = member == P || member == Q;
            factors[member] = isParity ? -1 : next;
            next += isParity && !CountsAll ? 0 : 1;
        }
    }
}
