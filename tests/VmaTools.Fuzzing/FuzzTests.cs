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
