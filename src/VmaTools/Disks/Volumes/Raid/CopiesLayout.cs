namespace VmaTools.Disks.Volumes.Raid;

/// <summary>How RAID 10 lays out the copies of its chunks.</summary>
/// <param name="Near">Copies side by side.</param>
/// <param name="Far">Copies in further parts of the members, or in the next row (<paramref name="IsOffset"/>).</param>
/// <param name="IsOffset">True where the further copies stand in the rows that follow each other.</param>
/// <param name="SetSize">How many members the further copies are shifted round in; all of them, as a rule.</param>
internal sealed record CopiesLayout(int Near, int Far, bool IsOffset, int SetSize)
{
    private const int OffsetBit = 1 << 16;
    private const int SetsBit = 1 << 17;
    private const int BetterSetsBit = 1 << 18;

    public int Copies => Near * Far;

    /// <summary>From the number that Linux writes; null where it is none that Linux has.</summary>
    /// <param name="layout">The number.</param>
    /// <param name="members">How many members there are.</param>
    public static CopiesLayout? Create(int layout, int members)
    {
        int near = layout & 0xFF;
        int far = (layout >> 8) & 0xFF;
        int rest = layout & ~(0xFFFF | OffsetBit | SetsBit | BetterSetsBit);
        bool areSetsOdd = (layout & BetterSetsBit) != 0 && (layout & SetsBit) == 0;
        if (near == 0 || far == 0 || rest != 0 || areSetsOdd || near * far > members)
        {
            return null;
        }

        int set = (layout & SetsBit) == 0 ? members : (layout & BetterSetsBit) != 0 ? far * near : members / far;
        return new CopiesLayout(near, far, (layout & OffsetBit) != 0, set);
    }
}
