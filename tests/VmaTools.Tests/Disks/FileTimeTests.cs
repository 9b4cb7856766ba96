using System;
using System.Globalization;
using System.Numerics;
using Xunit;

namespace VmaTools.Tests.Disks;

public class FileTimeTests
{
    [Theory]
    [InlineData(0, 0, "1970-01-01T00:00:00Z")]
    [InlineData(-1, 999_999_999, "1969-12-31T23:59:59.999999999Z")]
    [InlineData(15_032_385_535, 500, "2446-05-10T22:38:55.000000500Z")]
    public void Text_is_iso_8601(long seconds, int nanoseconds, string text) => Assert.Equal(text, new FileTime(seconds, nanoseconds).ToString());

    [Theory]
    [InlineData(0L, "-11644473600000000000")]
    [InlineData(134401812450000000L, "1795707645000000000")]
    [InlineData(-1L, "-11644473600000000100")]
    [InlineData(long.MaxValue, "910692730085477580700")]
    public void Windows_counts_from_1601(long ticks, string nanoseconds) =>
        Assert.Equal(BigInteger.Parse(nanoseconds, CultureInfo.InvariantCulture), FileTime.FromWindows(ticks).TotalNanoseconds);

    [Fact]
    public void What_no_calendar_holds_is_clamped_and_says_so()
    {
        FileTime late = new(long.MaxValue, 0);
        FileTime early = new(long.MinValue, 0);

        Assert.True(late.IsClamped);
        Assert.True(early.IsClamped);
        Assert.Equal(DateTime.MaxValue, late.ToDateTime());
        Assert.Equal(DateTime.MinValue, early.ToDateTime());
        Assert.False(new FileTime(253_402_300_799, 999_999_999).IsClamped);
        Assert.True(new FileTime(253_402_300_800, 0).IsClamped);
    }
}
