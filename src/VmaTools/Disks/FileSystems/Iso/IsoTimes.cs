using System;

namespace VmaTools.Disks.FileSystems.Iso;

/// <summary>Times in the forms of ISO 9660.</summary>
internal static class IsoTimes
{
    /// <summary>Bytes of a time in records.</summary>
    public const int ShortSize = 7;

    /// <summary>Bytes of a time in digits.</summary>
    public const int LongSize = 17;

    // Quarters of an hour that a zone may differ from UTC by.
    private const int MaxZone = 52;

    /// <summary>Years since 1900, month, day, hour, minute, second, zone in quarters of an hour; null for none.</summary>
    public static FileTime? Short(ReadOnlySpan<byte> field) =>
        Of(1900 + field[0], field[1], field[2], field[3], field[4], field[5], 0, (sbyte)field[6]);

    /// <summary>Digits YYYYMMDDhhmmsscc, and the zone; null for none.</summary>
    public static FileTime? Long(ReadOnlySpan<byte> field)
    {
        Span<int> parts = stackalloc int[7];
        for (int i = 0, at = 0; i < parts.Length; i++)
        {
            for (int digits = i == 0 ? 4 : 2; digits > 0; digits--, at++)
            {
                if (field[at] is < (byte)'0' or > (byte)'9')
                {
                    return null;
                }

                parts[i] = (parts[i] * 10) + field[at] - '0';
            }
        }

        return Of(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], (sbyte)field[16]);
    }

    private static FileTime? Of(int year, int month, int day, int hour, int minute, int second, int hundredths, int zone)
    {
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return null;
        }

        long seconds = (new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc) - new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc)).Ticks / TimeSpan.TicksPerSecond;
        return new FileTime(seconds - (zone is >= -MaxZone and <= MaxZone ? zone * 900L : 0), hundredths * 10_000_000);
    }
}
