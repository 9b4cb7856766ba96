using VmaTools.Tests;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>Some cases of every kind. VMATOOLS_TRIALS multiplies them.</summary>
public sealed class FuzzTests
{
    public static TheoryData<string> Kinds => [.. Kind.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_case_ends_as_it_must(string kind)
    {
        using Fuzzer fuzzer = new(kind);
        fuzzer.Run(1, Trials.Of(fuzzer.Usual));
        Assert.Empty(fuzzer.Missed);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", fuzzer.Outcomes));
    }

    /// <summary>Whatever was found, tried again; docs/reliability.md tells what it was.</summary>
    [Theory]
    [InlineData("archive", 672)]
    [InlineData("archive", 1792)]
    [InlineData("manifest", 33)]
    [InlineData("manifest", 1006338)]
#if !ENGINE_NETSTANDARD
    [InlineData("compressed", 31000792)]
    [InlineData("written", 3000004)]
#endif
    public void What_was_found_stays_mended(string kind, int number)
    {
        using Fuzzer fuzzer = new(kind);
        fuzzer.Run(number, 1);
        Assert.Equal(1, fuzzer.Count);
    }

#if !ENGINE_NETSTANDARD
    /// <summary>What takes long is tried by the command only.</summary>
    [Fact]
    public void Much_at_once_and_often_is_right()
    {
        using Load load = new();
        load.Cycles(600);
        load.Streams(40, 10);
        Load.Clients(40, 10);
        load.Limits();
    }
#endif
}
