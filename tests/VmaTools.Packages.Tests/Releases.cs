using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace VmaTools.Packages.Tests;

/// <summary>
/// What CHANGELOG.md says of releases, and docs keeps of them: a release gives its heading a date and leaves a copy of docs/api.txt as
/// docs/api-VERSION.txt.
/// </summary>
internal sealed class Releases
{
    private const string Coming = "unreleased";

    private readonly string _docs;
    private readonly string[] _changes;
    private readonly Match[] _headings;

    /// <summary>Those of the repository in a folder.</summary>
    public Releases(string root)
    {
        _docs = Path.Combine(root, "docs");
        _changes = File.ReadAllLines(Path.Combine(root, "CHANGELOG.md"));
        _headings = [.. _changes.Select(static l => Regex.Match(l, @"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d|unreleased)$")).Where(static m => m.Success)];
    }

    public string Newest => _headings[0].Groups[1].Value;

    /// <summary>What is not as it should be, one text each.</summary>
    public IEnumerable<string> Faults()
    {
        if (_headings.Length != _changes.Count(static l => l.StartsWith("## ", StringComparison.Ordinal)))
        {
            yield return "CHANGELOG.md has a heading that is no version with a date.";
        }

        Version[] versions = [.. _headings.Select(static h => Version.Parse(h.Groups[1].Value))];
        if (!versions.SequenceEqual(versions.Distinct().OrderDescending()))
        {
            yield return "The versions in CHANGELOG.md are not in order.";
        }

        if (_headings.Skip(1).Any(static h => h.Groups[2].Value == Coming))
        {
            yield return "CHANGELOG.md has an unreleased version below another.";
        }

        string[] released = [.. _headings.Where(static h => h.Groups[2].Value != Coming).Select(static h => h.Groups[1].Value)];
        string[] kept = [.. Directory.GetFiles(_docs, "api-*.txt").Select(static f => Path.GetFileNameWithoutExtension(f)["api-".Length..])];
        foreach (string version in released.Except(kept))
        {
            yield return $"{version} is released: copy docs/api.txt to docs/api-{version}.txt.";
        }

        foreach (string version in kept.Except(released))
        {
            yield return $"docs/api-{version}.txt is of no release that CHANGELOG.md has.";
        }

        string[] breaks = kept.Contains(released.FirstOrDefault()) ? ApiGrowth.Breaks(Surface($"api-{released[0]}.txt"), Surface("api.txt")) : [];
        if (breaks.Length == 0)
        {
            yield break;
        }

        if (_headings[0].Groups[2].Value != Coming)
        {
            yield return $"docs/api-{Newest}.txt is not what docs/api.txt was at {Newest}:\n{string.Join('\n', breaks)}";
        }
        else if (!_changes.TakeWhile(l => l != _headings[1].Value).Contains("### Breaking"))
        {
            yield return $"CHANGELOG.md has nothing under ### Breaking for:\n{string.Join('\n', breaks)}";
        }
    }

    private string Surface(string name) => File.ReadAllText(Path.Combine(_docs, name));
}
