using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace VmaTools.Packages.Tests;

/// <summary>
/// One version everywhere, and nothing that was published is taken away unsaid. A release gives its heading in CHANGELOG.md a date and
/// leaves a copy of docs/api.txt as docs/api-VERSION.txt.
/// </summary>
public sealed class VersionTests
{
    private static readonly string[] Changes = File.ReadAllLines(Path.Combine(Fixtures.Root, "CHANGELOG.md"));

    private static readonly Match[] Headings = [.. Changes.Select(static l => Regex.Match(l, @"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d|unreleased)$")).Where(static m => m.Success)];

    [Fact]
    public void Module_library_and_changelog_agree()
    {
        Match props = Regex.Match(File.ReadAllText(Path.Combine(Fixtures.Root, "Directory.Build.props")), "<Version>(.*?)</Version>");
        Assert.Equal(Packages.Version, props.Groups[1].Value);
        Assert.Equal(Packages.Version, Headings[0].Groups[1].Value);
        Assert.Equal(Headings.Length, Changes.Count(static l => l.StartsWith("## ", StringComparison.Ordinal)));
        Assert.All(Headings.Skip(1), static h => Assert.NotEqual("unreleased", h.Groups[2].Value));
        Assert.Equal(Headings.Select(static h => Version.Parse(h.Groups[1].Value)).OrderDescending(), Headings.Select(static h => Version.Parse(h.Groups[1].Value)));
    }

    [Fact]
    public void What_a_release_had_is_still_there_unless_the_changelog_says_so()
    {
        string docs = Path.Combine(Fixtures.Root, "docs");
        string[] released = [.. Headings.Where(static h => h.Groups[2].Value != "unreleased").Select(static h => $"api-{h.Groups[1].Value}.txt")];
        Assert.Equal(released.Order(StringComparer.Ordinal), Directory.GetFiles(docs, "api-*.txt").Select(static f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        string[] missing = released.Length == 0 ? [] : ApiGrowth.Missing(File.ReadAllText(Path.Combine(docs, released[0])), File.ReadAllText(Path.Combine(docs, "api.txt")));
        int end = Array.FindIndex(Changes, Array.IndexOf(Changes, Headings[0].Value) + 1, static l => l.StartsWith("## ", StringComparison.Ordinal));
        bool isSaid = Changes.Take(end < 0 ? Changes.Length : end).Contains("### Breaking");
        Assert.True(missing.Length == 0 || isSaid, $"CHANGELOG.md has nothing under Breaking for:\n{string.Join('\n', missing)}");
    }

    [Theory]
    [InlineData("public string? Name { get; }", "public string? Name { get; }\n        public int Id { get; }", 0)]
    [InlineData("public string? Name { get; }", "public int Id { get; }", 1)]
    [InlineData("public string Name { get; }", "public string? Name { get; }", 1)]
    [InlineData("public void Run() { }", "public void Run(int count) { }", 1)]
    public void What_is_missing_is_told(string before, string after, int count)
    {
        const string Other = "    public sealed class Other\n    {\n        public int Id { get; }\n    }\n";
        static string Wrap(string member) => $"namespace VmaTools\n{{\n    public sealed class One\n    {{\n        {member}\n    }}\n{Other}}}\n";
        string[] missing = ApiGrowth.Missing(Wrap(before), Wrap(after));
        Assert.Equal(count, missing.Length);
        Assert.All(missing, m => Assert.Equal($"public sealed class One: {before}", m));
    }

    [Fact]
    public void A_missing_type_is_told_with_its_members() =>
        Assert.Equal(
            ["public sealed class One", "public sealed class One: public int Id { get; }"],
            ApiGrowth.Missing("namespace VmaTools\n{\n    public sealed class One\n    {\n        public int Id { get; }\n    }\n}\n", "namespace VmaTools\n{\n}\n"));
}
