using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>The suites under tests/Pester, one case each. Their own results are in artifacts/pester.</summary>
public class PesterSuites : IClassFixture<PesterRun>
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
        bool hasSkipped = results.Descendants("test-case").Any(static c => (string?)c.Attribute("result") is "Ignored" or "Skipped");
        Assert.SkipWhen(!hasSuccess && hasSkipped, "every test of the suite was skipped: what they need is not here");
        Assert.True(hasSuccess, $"No test ran.\n{PesterRun.Output}");
    }

    private static int Count(XElement results, string attribute) => int.Parse(results.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
