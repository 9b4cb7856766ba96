using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using System.Xml.Linq;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>The suites under tests/Pester, one case each. Their own results are in artifacts/pester.</summary>
public partial class PesterSuites : IClassFixture<PesterRun>
{
    private readonly PesterRun _run;

    public PesterSuites(PesterRun run) => _run = run;

    public static TheoryData<string> Names => [.. Directory.GetFiles(PesterRun.Suites, "*.Tests.ps1").Select(static f => Path.GetFileName(f)[..^".Tests.ps1".Length]).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Passes(string suite)
    {
        string? reason = await _run.Completion;
        Assert.SkipWhen(reason is not null, reason ?? string.Empty);
        string file = Path.Combine(PesterRun.Results, suite + ".xml");
        Assert.True(File.Exists(file), $"The suite gave no results.\n{PesterRun.Output}");
        XElement results = XDocument.Load(file).Root!;
        string[] failures = [.. results.Descendants("test-case").Where(static c => c.Element("failure") is not null)
            .Select(static c => $"{(string?)c.Attribute("name")}\n{c.Element("failure")!.Element("message")?.Value}\n{c.Element("failure")!.Element("stack-trace")?.Value}")];
        Assert.True(failures.Length == 0 && Count(results, "failures") + Count(results, "errors") == 0, string.Join("\n\n", failures.DefaultIfEmpty(PesterRun.Output)));
        bool hasSuccess = results.Descendants("test-case").Any(static c => (string?)c.Attribute("result") == "Success");
        string[] skipped = [.. results.Descendants("test-case").Where(static c => (string?)c.Attribute("result") is "Ignored" or "Skipped").Select(static c => (string)c.Attribute("name")!)];
        Assert.True(skipped.Length == 0 || !OperatingSystem.IsLinux(), $"Skipped where all can run: {string.Join(", ", skipped)}");
        Assert.SkipWhen(!hasSuccess && skipped.Length > 0, "every test of the suite was skipped: what they need is not here");
        Assert.True(hasSuccess, $"No test ran.\n{PesterRun.Output}");
    }

    /// <summary>
    /// A test is skipped by nothing but the system it runs on, and says why. What needs a program that may be missing is in <c>Judges</c>.
    /// </summary>
    [Fact]
    public void Skip_only_what_the_system_cannot_do()
    {
        (string File, string Line)[] skips = [.. Directory.GetFiles(PesterRun.Suites, "*.ps1").SelectMany(static f => File.ReadLines(f).Select(l => (Path.GetFileName(f), l.Trim())))
            .Where(static l => SkippingBlock().IsMatch(l.Item2) || l.Item2.Contains("-Skipped", StringComparison.Ordinal) || l.Item2.Contains("-Inconclusive", StringComparison.Ordinal))];
        Assert.NotEmpty(skips);
        Assert.All(skips, static s => Assert.Matches(@"^if \((\$IsWindows|-not \$Is(Windows|Linux|MacOS))\) \{ Set-ItResult -Skipped -Because '.+' \}$", s.Line));
    }

    [GeneratedRegex(@"^(It|Context|Describe)\b.*\s-Skip\b")]
    private static partial Regex SkippingBlock();

    private static int Count(XElement results, string attribute) => int.Parse(results.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
