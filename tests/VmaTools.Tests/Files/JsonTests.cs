using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using VmaTools.Files;
using Xunit;

namespace VmaTools.Tests.Files;

/// <summary>The small JSON reader and writer, held against the framework's.</summary>
public class JsonTests
{
    private const string Sample = "\"\\/\b\f\n\r\t\u0001\u007f\u2028 ä 😀 end";

    [Fact]
    public void What_is_written_reads_the_same_to_others_and_to_us()
    {
        JsonObject value = new()
        {
            { "empty", new JsonObject() },
            { "none", new List<object?>() },
            { "text", Sample },
            { "lone", "\ud800" },
            { "least", long.MinValue },
            { "most", long.MaxValue },
            { "yes", true },
            { "no", false },
            { "nothing", null },
            { "nested", new List<object?> { 1, new JsonObject { { "a", new List<object?> { "b" } } }, "c" } },
        };
        string text = Json.Write(value);
        using JsonDocument other = JsonDocument.Parse(text);
        Assert.Equal(Sample, other.RootElement.GetProperty("text").GetString());
        Assert.Equal("\ud800", ((JsonObject)Json.Parse(text)!).Get<string>("lone"));
        Assert.Equal(long.MinValue, other.RootElement.GetProperty("least").GetInt64());
        Assert.Equal(value.Select(static m => m.Key), other.RootElement.EnumerateObject().Select(static p => p.Name));
        Assert.Equal(text, Json.Write(Json.Parse(text)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":1 \"b\":2}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("1 2")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("9223372036854775808")]
    [InlineData("tru")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"\\u12")]
    [InlineData("\"a\nb\"")]
    [InlineData("\"open")]
    [InlineData("-")]
    [InlineData("\u0000")]
    public void What_is_no_JSON_is_refused(string text) => Assert.Throws<FormatException>(() => Json.Parse(text));

    [Fact]
    public void Many_members_take_time_for_their_number()
    {
        // A minute is no measure of speed: looking through all members for each would take many.
        string text = "{" + string.Join(",", Enumerable.Range(0, 1_000_000).Select(static i => $"\"member{i}\":{i}")) + "}";
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(1_000_000, ((JsonObject)Json.Parse(text)!).Count);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"It took {watch.Elapsed}.");
        Assert.Throws<FormatException>(() => Json.Parse(text[..^1] + ",\"member7\":7}"));
    }

    [Fact]
    public void Depth_is_bounded() => Assert.Throws<FormatException>(() => Json.Parse(new string('[', 100_000)));
}
