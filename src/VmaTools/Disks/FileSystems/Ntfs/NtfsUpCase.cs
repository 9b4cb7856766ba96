using System;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary><c>$UpCase</c>: how the volume folds each UTF-16 unit.</summary>
internal sealed class NtfsUpCase
{
    private const ulong Record = 10;
    private const int Units = 65536;

    private readonly string _table;

    private NtfsUpCase(string table, VmaException? fault)
    {
        _table = table;
        Fault = fault;
    }

    /// <summary>Why the volume's own table cannot be used, so that only the letters of ASCII fold; null where it can.</summary>
    public VmaException? Fault { get; }

    public static NtfsUpCase Read(NtfsVolume volume)
    {
        try
        {
            NtfsValue? value = volume.ReadFile(Record).Open(NtfsAttributeType.Data);
            string table = value is null ? string.Empty : NtfsText.Units(value.ReadAll(volume.Metadata, Units * 2));
            return table.Length == Units ? new NtfsUpCase(table, null) : throw NtfsVolume.Damaged("$UpCase is no table of 65536 units.");
        }
        catch (VmaException exception)
        {
            char[] table = new char[Units];
            for (int i = 0; i < table.Length; i++)
            {
                table[i] = i is >= 'a' and <= 'z' ? (char)(i - 'a' + 'A') : (char)i;
            }

            return new NtfsUpCase(new string(table), exception);
        }
    }

    /// <summary>Compares two names as the volume orders them, upper and lower case alike.</summary>
    public int Compare(string left, string right)
    {
        int length = Math.Min(left.Length, right.Length);
        for (int i = 0; i < length; i++)
        {
            char a = _table[left[i]];
            char b = _table[right[i]];
            if (a != b)
            {
                return a < b ? -1 : 1;
            }
        }

        return left.Length.CompareTo(right.Length);
    }
}
