namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>What points to a record: its number, and how often it had been used.</summary>
/// <param name="Value">As stored: the number in the low 48 bits.</param>
internal readonly record struct NtfsReference(ulong Value)
{
    public ulong Number => Value & 0xffff_ffff_ffff;

    public ushort Sequence => (ushort)(Value >> 48);

    public static NtfsReference Of(ulong number, ushort sequence) => new(number | ((ulong)sequence << 48));
}
