using System;
using System.Globalization;

namespace VmaTools.Disks.Systems;

/// <summary>What a BSD calls a partition: <c>/dev/da0p2</c>, <c>/dev/vtbd0s1a</c>, <c>/dev/wd0e</c>.</summary>
/// <param name="Disk">The disk, such as <c>da0</c>: of a driver, and which of it.</param>
/// <param name="Number">The number in the GPT or MBR; null for a slice of a disk that has a disklabel alone.</param>
/// <param name="Letter">The letter of the slice in a disklabel, or null.</param>
internal sealed record BsdDeviceName(string Disk, int? Number, char? Letter)
{
    private const string Prefix = "/dev/";

    /// <summary>The parts of a name, or null where it is none of this kind.</summary>
    public static BsdDeviceName? Parse(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        int at = Prefix.Length;
        int driver = Skip(name, ref at, static c => c is >= 'a' and <= 'z');
        int unit = Skip(name, ref at, IsDigit);
        string disk = name.Substring(Prefix.Length, at - Prefix.Length);
        if (driver == 0 || unit == 0 || at == name.Length)
        {
            return null;
        }

        int? number = null;
        if (name[at] is 'p' or 's' && at + 1 < name.Length)
        {
            bool isSlice = name[at++] == 's';
            int start = at;
            if (Skip(name, ref at, IsDigit) is 0 or > 4)
            {
                return null;
            }

            number = int.Parse(name.Substring(start, at - start), CultureInfo.InvariantCulture);
            if (at == name.Length || !isSlice)
            {
                return at == name.Length ? new BsdDeviceName(disk, number, null) : null;
            }
        }

        return at == name.Length - 1 && name[at] is >= 'a' and <= 'z' ? new BsdDeviceName(disk, number, name[at]) : null;
    }

    /// <summary>True for a volume on the disk in question that has the number or letter.</summary>
    public bool Fits(Partition partition)
    {
        bool isSlice = partition.TypeId?.StartsWith("BSD ", StringComparison.Ordinal) == true;
        return Letter is char letter ? isSlice && partition.Name == letter.ToString() : !isSlice && partition.Index == Number;
    }

    private static int Skip(string name, ref int at, Predicate<char> fits)
    {
        int start = at;
        while (at < name.Length && fits(name[at]))
        {
            at++;
        }

        return at - start;
    }

    private static bool IsDigit(char c) => c is >= '0' and <= '9';
}
