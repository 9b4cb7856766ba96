using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>The help pages held against the cmdlets, and the MAML held against the pages.</summary>
public class HelpTests
{
    private static readonly string Folder = Path.Combine(Fixtures.Root, "docs", "help");
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";

    public static TheoryData<string> Names => [.. Cmdlets.All.Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void There_is_a_page_for_each_cmdlet_and_for_nothing_else()
    {
        Assert.True(Directory.Exists(Folder), "There are no help pages.");
        Assert.Equal(
            Cmdlets.All.Keys.Order(StringComparer.Ordinal),
            Directory.GetFiles(Folder, "*-*.md").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_parameter_is_documented_and_no_other(string name)
    {
        HelpPage page = HelpPage.Read(name);
        Assert.Equal(
            Cmdlets.All[name].ParameterNames.Order(StringComparer.Ordinal),
            page.Parameters.Keys.Order(StringComparer.Ordinal));
        foreach (CmdletParameter parameter in Cmdlets.All[name].Parameters)
        {
            string text = page.Parameters[parameter.Name];
            Assert.Equal(parameter.Type.ToString(), Regex.Match(text, @"(?m)^Type: (.*)$").Groups[1].Value.Trim());
            Assert.Equal(parameter.SupportsWildcards, Regex.IsMatch(text, "(?m)^SupportsWildcards: true"));
            Assert.All(parameter.Aliases, a => Assert.Matches($@"(?m)^- {a}\s*$", text));
            Assert.Equal(parameter.IsFromPipeline, Regex.IsMatch(text, "(?m)^  ValueFromPipeline: true"));
            Assert.Equal(parameter.IsFromPipelineByName, Regex.IsMatch(text, "(?m)^  ValueFromPipelineByPropertyName: true"));
            Assert.True(text.Split("```yaml")[0].Trim().Length > 10, $"-{parameter.Name} is not described.");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pages_are_complete(string name)
    {
        HelpPage page = HelpPage.Read(name);
        Assert.DoesNotContain("{{", Regex.Replace(page.Text, "(?s)```.*?```|`[^`]*`", string.Empty), StringComparison.Ordinal);
        Assert.All(new[] { "SYNOPSIS", "SYNTAX", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS" }, s => Assert.True(page.Section(s).Trim().Length > 0, $"{s} is empty."));
        Assert.True(page.Examples.Count >= 3, "There are fewer than three examples.");
        Assert.All(page.Examples, e => Assert.True(e.Contains(name, StringComparison.Ordinal) && e.Contains("```", StringComparison.Ordinal), $"An example does not show {name}: {e}"));
        Assert.EndsWith(".", page.Synopsis, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', page.Synopsis);
        Assert.Contains($"HelpUri: {Cmdlets.All[name].HelpUri}", page.Text, StringComparison.Ordinal);
        Assert.Contains("external help file: VmaPowerShell.dll-Help.xml", page.Text, StringComparison.Ordinal);
        Assert.Contains("Module Name: VmaTools", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameter_sets_are_those_of_the_cmdlet(string name)
    {
        HelpPage page = HelpPage.Read(name);
        string[] switches = [.. Regex.Matches(page.Section("SYNTAX"), @"(?<![\w-])-([A-Za-z]+)").Select(static m => m.Groups[1].Value).Distinct()];
        Assert.Empty(switches.Except(Cmdlets.All[name].ParameterNames));
        Assert.Empty(Cmdlets.All[name].ParameterNames.Except(switches));
    }

    [Fact]
    public void Maml_has_the_same_cmdlets() => Assert.Equal(
        Cmdlets.All.Keys.Order(StringComparer.Ordinal),
        ReadMaml().Select(static c => c.Key).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Maml_says_what_the_page_says(string name)
    {
        HelpPage page = HelpPage.Read(name);
        Assert.True(ReadMaml().TryGetValue(name, out XElement? command), $"The MAML has no {name}.");
        Assert.Equal(Plain(page.Synopsis), Plain(command.Element(Command + "details")!.Element(Maml + "description")!.Value));
        Assert.Equal(
            Cmdlets.All[name].ParameterNames.Order(StringComparer.Ordinal),
            command.Element(Command + "parameters")!.Elements(Command + "parameter").Select(static p => p.Element(Maml + "name")!.Value).Order(StringComparer.Ordinal));
        foreach (XElement parameter in command.Element(Command + "parameters")!.Elements(Command + "parameter"))
        {
            string described = page.Parameters[parameter.Element(Maml + "name")!.Value].Split("```yaml")[0];
            Assert.Equal(Plain(described), Plain(string.Join(' ', parameter.Element(Maml + "description")!.Elements(Maml + "para").Select(static p => p.Value))));
        }

        Assert.Equal(page.Examples.Count, command.Element(Command + "examples")!.Elements(Command + "example").Count());
    }

    [Fact]
    public void There_is_help_about_the_module() =>
        Assert.True(
            File.Exists(Path.Combine(Folder, "about_VmaTools.md")) || File.Exists(Path.Combine(Folder, "en-US", "about_VmaTools.help.txt")),
            "There is no about_VmaTools.");

    private static Dictionary<string, XElement> ReadMaml()
    {
        string file = Path.Combine(Folder, "en-US", "VmaPowerShell.dll-Help.xml");
        Assert.True(File.Exists(file), $"{file} is missing.");
        return XDocument.Load(file).Root!.Elements(Command + "command")
            .ToDictionary(static c => c.Element(Command + "details")!.Element(Command + "name")!.Value.Trim());
    }

    /// <summary>Text without Markdown's marks and without a say about line ends.</summary>
    private static string Plain(string text) => Regex.Replace(Regex.Replace(text, @"\[([^\]]*)\]\([^)]*\)", "$1"), @"[\s`*\\_]+", string.Empty);

    private sealed class HelpPage
    {
        public required string Text { get; init; }

        public string Synopsis => Section("SYNOPSIS").Trim();

        public IReadOnlyDictionary<string, string> Parameters => Parts("PARAMETERS")
            .Where(static p => p.Title.StartsWith('-'))
            .ToDictionary(static p => p.Title.TrimStart('-'), static p => p.Text);

        public IReadOnlyList<string> Examples => [.. Parts("EXAMPLES").Select(static p => p.Text)];

        public static HelpPage Read(string name)
        {
            string file = Path.Combine(Folder, name + ".md");
            Assert.True(File.Exists(file), $"docs/help/{name}.md is missing.");
            return new HelpPage { Text = File.ReadAllText(file).Replace("\r\n", "\n", StringComparison.Ordinal) };
        }

        public string Section(string title) => Regex.Match(Text, $@"(?ms)^## {title}\n(.*?)(?=^## |\z)").Groups[1].Value;

        private IEnumerable<(string Title, string Text)> Parts(string section) => Regex.Split(Section(section), @"(?m)^### ").Skip(1)
            .Select(static p => (p.Split('\n')[0].Trim(), p[p.IndexOf('\n', StringComparison.Ordinal)..]));
    }
}
