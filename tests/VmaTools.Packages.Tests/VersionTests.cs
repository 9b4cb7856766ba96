using System;
using System.IO;
using System.Text.RegularExpressions;
using Xunit;

namespace VmaTools.Packages.Tests;

/// <summary>One version everywhere, and nothing that was published is taken away unsaid.</summary>
public sealed class VersionTests
{
    private const string Surface = """
        namespace VmaTools
        {
            public abstract class Base
            {
                protected Base() { }
                public abstract int Id { get; }
            }
            public abstract class Closed
            {
                public abstract int Id { get; }
            }
            [System.Flags]
            public enum Kinds
            {
                None = 0,
            }
            public sealed class One
            {
                public int Id { get; }
                public string? Name { get; }
                public void Run() { }
            }
        }

        """;

    [Fact]
    public void Module_library_and_changelog_agree()
    {
        Match props = Regex.Match(File.ReadAllText(Path.Combine(Fixtures.Root, "Directory.Build.props")), "<Version>(.*?)</Version>");
        Assert.Equal(Packages.Version, props.Groups[1].Value);
        Assert.Equal(Packages.Version, new Releases(Fixtures.Root).Newest);
    }

    [Fact]
    public void What_a_release_had_is_still_there_unless_the_changelog_says_so() => Assert.Empty(new Releases(Fixtures.Root).Faults());

    [Theory]
    [InlineData("    None = 0,\n", "    None = 0,\n            Some = 1,\n", null)]
    [InlineData("class One", "class One : System.IDisposable", null)]
    [InlineData("public void Run() { }", "public void Run() { }\n        public void Run(int count) { }", null)]
    [InlineData("        public abstract int Id { get; }\n    }\n    [", "        public abstract int Id { get; }\n        public abstract int No { get; }\n    }\n    [", null)]
    [InlineData("protected Base() { }", "protected Base() { }\n        public abstract int No { get; }", "public abstract class Base: public abstract int No { get; }")]
    [InlineData("public void Run() { }", "public void Run(int count) { }", "public sealed class One: public void Run() { }")]
    [InlineData("string? Name", "string Name", "public sealed class One: public string? Name { get; }")]
    [InlineData("None = 0", "None = 1", "public enum Kinds: None = 0,")]
    [InlineData("        public string? Name { get; }\n", "", "public sealed class One: public string? Name { get; }")]
    public void A_break_is_told_and_an_addition_is_none(string before, string after, string? told)
    {
        string surface = Surface.ReplaceLineEndings("\n");
        string changed = surface.Replace(before, after, StringComparison.Ordinal);
        Assert.NotEqual(surface, changed);
        Assert.Equal(told is null ? [] : [told], ApiGrowth.Breaks(surface, changed));
    }

    [Fact]
    public void A_missing_type_is_told_with_its_members() =>
        Assert.Equal(
            ["public sealed class One", "public sealed class One: is System.IDisposable", "public sealed class One: public int Id { get; }"],
            ApiGrowth.Breaks("namespace VmaTools\n{\n    public sealed class One : System.IDisposable\n    {\n        public int Id { get; }\n    }\n}\n", "namespace VmaTools\n{\n}\n"));

    // Versions as a changelog has them, newest first; those that a listing is kept of; whether that surface is today's; the fault.
    [Theory]
    [InlineData("0.2.0 unreleased, 0.1.0 2026-12-01", "0.1.0", true, null)]
    [InlineData("0.1.0 2026-12-01", "0.1.0", true, null)]
    [InlineData("0.2.0 unreleased, 0.1.0 2026-12-01", "0.1.0", false, "Breaking for:")]
    [InlineData("0.2.0 unreleased, ### Breaking, 0.1.0 2026-12-01", "0.1.0", false, null)]
    [InlineData("0.2.0 unreleased, 0.1.0 2026-12-01, ### Breaking", "0.1.0", false, "Breaking for:")]
    [InlineData("0.1.0 2026-12-01", "0.1.0", false, "not what docs/api.txt was")]
    [InlineData("0.1.0 2026-12-01", "", true, "0.1.0 is released")]
    [InlineData("0.2.0 unreleased, 0.1.0 2026-12-01", "0.2.0, 0.1.0", true, "of no release")]
    [InlineData("0.1.0 2026-12-01, 0.2.0 2027-01-01", "0.1.0, 0.2.0", true, "not in order")]
    [InlineData("0.2.0 unreleased, 0.1.0 unreleased", "", true, "below another")]
    [InlineData("0.1.0 December", "", true, "no version with a date")]
    public void A_release_that_is_not_written_down_is_told(string changelog, string kept, bool isSame, string? fault)
    {
        using TempFolder root = new();
        string docs = Directory.CreateDirectory(Path.Combine(root.FullName, "docs")).FullName;
        File.WriteAllText(Path.Combine(root.FullName, "CHANGELOG.md"), Regex.Replace(changelog.Replace(", ", "\n\n", StringComparison.Ordinal), @"(?m)^(\d\S+) (.*)$", "## [$1] - $2"));
        File.WriteAllText(Path.Combine(docs, "api.txt"), Surface);
        foreach (string version in kept.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            File.WriteAllText(Path.Combine(docs, $"api-{version}.txt"), isSame ? Surface : Surface.Replace("string?", "string", StringComparison.Ordinal));
        }

        string[] faults = [.. new Releases(root.FullName).Faults()];
        if (fault is null)
        {
            Assert.Empty(faults);
        }
        else
        {
            Assert.Contains(fault, Assert.Single(faults), StringComparison.Ordinal);
        }
    }
}
