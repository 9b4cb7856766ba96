using System;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>Dates and times of DOS. They are local times of an unknown zone, and are given as if that had been UTC.</summary>
internal static class FatTimes
{
    private const int SecondsPerDay = 86_400;

    /// <summary>A moment, or null where no date is stored.</summary>
    /// <param name="date">Day (bits 0 to 4), month (5 to 8), years since 1980 (9 to 15).</param>
    /// <param name="time">Two seconds (bits 0 to 4), minute (5 to 10), hour (11 to 15).</param>
    /// <param name="hundredths">Hundredths of a second on top, 0 to 199.</param>
    public static FileTime? Read(ushort date, ushort time = 0, byte hundredths = 0)
    {
        if (date == 0)
        {
            return null;
        }

        // What no calendar has is taken as the nearest that it does.
        int month = Math.Min(Math.Max((date >> 5) & 0xF, 1), 12);
        int year = 1980 + (date >> 9);
        int day = Math.Min(Math.Max(date & 0x1F, 1), DateTime.DaysInMonth(year, month));
        long days = (long)(new DateTime(year, month, day) - new DateTime(1970, 1, 1)).TotalDays;
        long seconds = ((time >> 11) * 3600) + (((time >> 5) & 0x3F) * 60) + ((time & 0x1F) * 2) + (hundredths / 100);
        return new FileTime((days * SecondsPerDay) + seconds, hundredths % 100 * 10_000_000);
    }
}
