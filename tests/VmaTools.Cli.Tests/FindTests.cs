using System;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>What <c>vma find</c> is told to look for, and where.</summary>
public sealed class FindTests : Workspace
{
    [Fact]
    public void A_place_that_is_not_there_is_named() =>
        Assert.Equal($"vma: ItemNotFound: There is no such file or folder. File: {Here("nope")}\n", Vma.Run("find", Here("nope")).Expect(2).Error);

    [Theory]
    [InlineData("2026-11-20", "--after", "garbage")]
    [InlineData("2026-11-20", "--before", "32.13.2026")]
    [InlineData("bytes", "--larger-than", "x")]
    [InlineData("bytes", "--smaller-than", "-1")]
    [InlineData("bytes", "--larger-than", "99999999999999999999")]
    [InlineData("1 or more", "--vmid", "-3")]
    [InlineData("1 or more", "--vmid", "0")]
    [InlineData("1 or more", "--vmid", "web")]
    [InlineData("--name", "--name", "")]
    [InlineData("--volume", "--volume", "")]
    public void What_cannot_be_looked_for_is_told_with_what_can(string form, string option, string value)
    {
        string error = Vma.Run("find", Root, option, value).Expect(1).Error;
        Assert.Contains(option, error, StringComparison.Ordinal);
        Assert.Contains(form, error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--after", "2026-11-20")]
    [InlineData("--before", "2026-11-20T14:30:00Z")]
    [InlineData("--after", "2026-11-20 14:30")]
    [InlineData("--larger-than", "0")]
    [InlineData("--smaller-than", "9223372036854775807")]
    [InlineData("--vmid", "101")]
    public void What_can_be_looked_for_is(string option, string value) => Assert.Empty(Vma.Run("find", Root, option, value).Expect(0).Error);

    [Fact]
    public void An_index_is_of_no_use_and_refused()
    {
        Assert.Contains("--index-path", Vma.Run("find", Root, "--index-path", "nope").Expect(1).Error, StringComparison.Ordinal);
        Assert.Contains("--index-path", Vma.Run("--index-path", "nope", "find", Root).Expect(1).Error, StringComparison.Ordinal);
    }
}
