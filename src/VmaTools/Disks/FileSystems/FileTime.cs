using System;
using System.Globalization;
using System.Numerics;

namespace VmaTools;

/// <summary>A moment as a guest's file system stores it: seconds since 1970-01-01 (signed) and nanoseconds.</summary>
public readonly struct FileTime : IEquatable<FileTime>, IComparable<FileTime>
{
    private const int NanosecondsPerSecond = 1_000_000_000;
    private const long TicksPerSecond = 10_000_000;

    // Seconds from 1601-01-01, where Windows begins to count, to 1970-01-01.
    private const long WindowsEpoch = 11_644_473_600;

    private static readonly DateTime Epoch = new(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Creates a moment.</summary>
    /// <param name="seconds">Seconds since 1970-01-01, negative before.</param>
    /// <param name="nanoseconds">0 to 999,999,999, counted forwards from the second.</param>
    public FileTime(long seconds, int nanoseconds)
    {
        Seconds = seconds;
        Nanoseconds = nanoseconds is >= 0 and < NanosecondsPerSecond
            ? nanoseconds
            : throw new ArgumentOutOfRangeException(nameof(nanoseconds));
    }

    /// <summary>Seconds since 1970-01-01, negative before.</summary>
    public long Seconds { get; }

    /// <summary>0 to 999,999,999.</summary>
    public int Nanoseconds { get; }

    /// <summary>Nanoseconds since 1970-01-01. They do not fit 64 bits for every time that a file system can hold.</summary>
    public BigInteger TotalNanoseconds => (new BigInteger(Seconds) * NanosecondsPerSecond) + Nanoseconds;

    /// <summary>True where <see cref="ToDateTime"/> is another moment, because no calendar holds this one.</summary>
    public bool IsClamped => Seconds < SecondsOf(DateTime.MinValue) || Seconds > SecondsOf(DateTime.MaxValue);

    /// <summary>A moment as NTFS counts: 100 ns since 1601-01-01. The number is taken as signed.</summary>
    public static FileTime FromWindows(long ticks)
    {
        long seconds = Math.DivRem(ticks, TicksPerSecond, out long rest);
        if (rest < 0)
        {
            seconds--;
            rest += TicksPerSecond;
        }

        return new FileTime(seconds - WindowsEpoch, (int)rest * 100);
    }

    /// <summary>The moment in UTC, to 100 ns; one that no calendar holds is the first or last that it does (see <see cref="IsClamped"/>).</summary>
    public DateTime ToDateTime()
    {
        if (Seconds < SecondsOf(DateTime.MinValue))
        {
            return DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);
        }

        return Seconds > SecondsOf(DateTime.MaxValue)
            ? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc)
            : Epoch.AddTicks((Seconds * TicksPerSecond) + (Nanoseconds / 100));
    }

    /// <inheritdoc/>
    public bool Equals(FileTime other) => Seconds == other.Seconds && Nanoseconds == other.Nanoseconds;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FileTime other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Seconds.GetHashCode() ^ Nanoseconds;

    /// <inheritdoc/>
    public int CompareTo(FileTime other) =>
        Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>The moment in UTC, in ISO 8601; seconds since 1970 where no calendar holds it.</summary>
    public override string ToString() => IsClamped
        ? Seconds.ToString(CultureInfo.InvariantCulture) + " s"
        : ToDateTime().ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)
            + (Nanoseconds == 0 ? string.Empty : "." + Nanoseconds.ToString("d9", CultureInfo.InvariantCulture)) + "Z";

    /// <summary>True for the same moment.</summary>
    public static bool operator ==(FileTime left, FileTime right) => left.Equals(right);

    /// <summary>True for another moment.</summary>
    public static bool operator !=(FileTime left, FileTime right) => !left.Equals(right);

    /// <summary>True where the left is earlier.</summary>
    public static bool operator <(FileTime left, FileTime right) => left.CompareTo(right) < 0;

    /// <summary>True where the left is not later.</summary>
    public static bool operator <=(FileTime left, FileTime right) => left.CompareTo(right) <= 0;

    /// <summary>True where the left is later.</summary>
    public static bool operator >(FileTime left, FileTime right) => left.CompareTo(right) > 0;

    /// <summary>True where the left is not earlier.</summary>
    public static bool operator >=(FileTime left, FileTime right) => left.CompareTo(right) >= 0;

    // The first moment of the calendar is a whole second, so rounding towards zero is right for both ends.
    private static long SecondsOf(DateTime time) => (time - Epoch).Ticks / TicksPerSecond;
}
