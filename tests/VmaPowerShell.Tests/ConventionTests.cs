using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>What every cmdlet has to keep to, so that who knows one knows all.</summary>
public class ConventionTests
{
    public static TheoryData<string> Names => [.. Cmdlets.All.Keys.Order(StringComparer.Ordinal)];

    public static TheoryData<string> Readers => [.. Cmdlets.All.Values.Where(static c => c["Path"] is not null && !c.IsWriter && !IsGuestReader(c)).Select(static c => c.Name)];

    public static TheoryData<string> Writers => [.. Cmdlets.All.Values.Where(static c => c.IsWriter).Select(static c => c.Name)];

    /// <summary>Those that read files in guests have one set of parameters, so that archive and path can stand side by side.</summary>
    private static bool IsGuestReader(Cmdlets cmdlet) => typeof(GuestCmdlet).IsAssignableFrom(cmdlet.Type) && !cmdlet.IsWriter;

    [Fact]
    public void The_manifest_exports_the_cmdlets_that_there_are_in_order()
    {
        Assert.NotEmpty(Cmdlets.All);
        Assert.Equal(Cmdlets.All.Keys.Order(StringComparer.Ordinal), Cmdlets.Exported);
    }

    [Fact]
    public void The_manifest_lists_nothing_by_wildcard()
    {
        string text = File.ReadAllText(Path.Combine(Fixtures.Root, "VmaTools.psd1"));
        Assert.DoesNotContain(text.Split('\n'), static l => l.Contains("ToExport", StringComparison.Ordinal) && l.Contains('*', StringComparison.Ordinal));
        Assert.Contains("CompatiblePSEditions = @('Desktop', 'Core')", text, StringComparison.Ordinal);
        Assert.Contains("DotNetFrameworkVersion = '4.7.2'", text, StringComparison.Ordinal);
        Assert.Contains("PowerShellVersion = '5.1'", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_is_a_sealed_class_of_its_own_with_an_approved_verb_and_a_singular_noun(string name)
    {
        Cmdlets cmdlet = Cmdlets.All[name];
        Assert.True(cmdlet.Type.IsSealed && cmdlet.Type.IsPublic);
        Assert.Equal($"{cmdlet.Verb}{cmdlet.Noun}Command", cmdlet.Type.Name);
        Assert.True(File.Exists(Path.Combine(Fixtures.Root, "src/VmaPowerShell/Commands", cmdlet.Type.Name + ".cs")));
        Assert.Contains(cmdlet.Verb, ApprovedVerbs());
        Assert.StartsWith("Vma", cmdlet.Noun, StringComparison.Ordinal);
        Assert.False(cmdlet.Noun.EndsWith('s') && !cmdlet.Noun.EndsWith("ss", StringComparison.Ordinal), "The noun is a plural.");
        Assert.True(typeof(VmaCmdlet).IsAssignableFrom(cmdlet.Type));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_says_what_it_gives_and_where_its_help_is(string name)
    {
        Cmdlets cmdlet = Cmdlets.All[name];
        Assert.NotEmpty(cmdlet.OutputTypes);
        Assert.Equal($"https://github.com/VmaTools/VmaTools/blob/main/docs/help/{name}.md", cmdlet.HelpUri);
        Assert.False(cmdlet.DefaultParameterSet is null && cmdlet["LiteralPath"] is not null, "Several parameter sets need a default.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_can_be_set_and_are_named_like_PowerShell_s(string name) => Assert.All(Cmdlets.All[name].Parameters, static p =>
    {
        Assert.True(p.IsSettable, p.Name);
        Assert.Matches("^[A-Z][A-Za-z0-9]+$", p.Name);
        Assert.False(p.Type == typeof(bool), $"{p.Name} is a bool; PowerShell has switches.");
    });

    [Theory]
    [MemberData(nameof(Readers))]
    public void Readers_take_paths_with_wildcards_and_literal_ones(string name)
    {
        Cmdlets cmdlet = Cmdlets.All[name];
        CmdletParameter path = cmdlet["Path"]!;
        Assert.Equal(typeof(string[]), path.Type);
        Assert.Equal(0, path.Position);

        // Folders have a default: the one that the user is in.
        Assert.True(path.SupportsWildcards && (path.IsMandatory || name is "Get-VmaBackup" or "Find-VmaFile"));
        CmdletParameter? literal = cmdlet["LiteralPath"];
        Assert.NotNull(literal);
        Assert.Equal(typeof(string[]), literal.Type);

        // What else binds to it is what objects of the module call their archive.
        Assert.Equal(["LP", "PSPath"], literal.Aliases.Where(static a => a != "ArchivePath").Order(StringComparer.Ordinal));
        Assert.True(literal.IsMandatory && !literal.SupportsWildcards);
        bool bindsPaths = path is { IsFromPipeline: true, IsFromPipelineByName: true } && literal.IsFromPipelineByName;
        Assert.True(bindsPaths || cmdlet["InputObject"] is { IsFromPipeline: true }, "It takes nothing from the pipeline.");
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public void Writers_take_their_destination_first_and_never_from_the_pipeline(string name)
    {
        Cmdlets cmdlet = Cmdlets.All[name];
        CmdletParameter path = cmdlet["Path"]!;
        Assert.Equal(typeof(string), path.Type);
        Assert.True(path.IsMandatory);

        // The archive comes first where the destination is named in one way of several only.
        Assert.Equal(cmdlet["InputObject"] is { Position: 0 } ? 1 : 0, path.Position);
        Assert.False(path.IsFromPipeline || path.IsFromPipelineByName || path.SupportsWildcards);
        Assert.Contains("Destination", path.Aliases);
        Assert.Null(cmdlet["LiteralPath"]);
        Assert.True(cmdlet["InputObject"] is null or { IsFromPipeline: true });

        // Whoever writes archives never replaces a file: a backup could be it.
        bool givesArchives = cmdlet.OutputTypes.Contains(typeof(VmaArchive));
        Assert.Equal(givesArchives ? null : typeof(SwitchParameter), cmdlet["Force"]?.Type);
        bool givesFiles = cmdlet.OutputTypes.Contains(typeof(FileInfo));
        Assert.Equal(givesFiles || givesArchives ? typeof(SwitchParameter) : null, cmdlet["PassThru"]?.Type);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_path_is_a_source_with_a_literal_twin_or_a_destination(string name)
    {
        Cmdlets cmdlet = Cmdlets.All[name];
        Assert.True(cmdlet["Path"] is null || cmdlet.IsWriter || cmdlet["LiteralPath"] is not null || IsGuestReader(cmdlet));
        Assert.True(!cmdlet.IsWriter || cmdlet.SupportsShouldProcess);
    }

    [Fact]
    public void Whoever_can_replace_files_supports_WhatIf() =>
        Assert.All(Cmdlets.All.Values.Where(static c => c["Force"] is not null && !IsGuestReader(c)), static c => Assert.True(c.SupportsShouldProcess, c.Name));

    [Fact]
    public void A_parameter_name_means_one_type_everywhere()
    {
        IEnumerable<string> mixed = Cmdlets.All.Values
            .SelectMany(static c => c.Parameters
                .Where(static p => p.Name != "InputObject")
                .Select(p => (Name: p.Name == "Path" && c.IsWriter ? "Path (destination)" : p.Name, Type: p.Type.IsArray ? p.Type.GetElementType()! : Nullable.GetUnderlyingType(p.Type) ?? p.Type, Cmdlet: c.Name)))
            .GroupBy(static p => p.Name)
            .Where(static g => g.Select(static p => p.Type).Distinct().Count() > 1)
            .Select(static g => $"{g.Key}: {string.Join(", ", g.Select(static p => $"{p.Type.Name} in {p.Cmdlet}"))}");
        Assert.Empty(mixed);
    }

    [Fact]
    public void Error_ids_are_made_in_one_place_and_have_no_spaces()
    {
        string sources = Path.Combine(Fixtures.Root, "src/VmaPowerShell");
        foreach (string file in Directory.GetFiles(sources, "*.cs", SearchOption.AllDirectories).Where(static f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
        {
            string text = File.ReadAllText(file);
            Assert.True(Path.GetFileName(file) == "ErrorRecords.cs" || !Regex.IsMatch(text, @"new\s+ErrorRecord\s*\("), $"{file} makes error records of its own.");
            Assert.DoesNotMatch(@"\bConsole\.", text);
        }

        string errors = File.ReadAllText(Path.Combine(sources, "Pipeline/ErrorRecords.cs"));
        Assert.All(Regex.Matches(errors, @"""([^""]+)"",\s*ErrorCategory").Select(static m => m.Groups[1].Value), static id => Assert.Matches("^[A-Z][A-Za-z]+$", id));
        Assert.DoesNotContain("NotSpecified", errors, StringComparison.Ordinal);
    }

    private static HashSet<string> ApprovedVerbs() =>
    [
        .. typeof(VerbsCommon).Assembly.GetExportedTypes()
            .Where(static t => t.Namespace == "System.Management.Automation" && t.Name.StartsWith("Verbs", StringComparison.Ordinal))
            .SelectMany(static t => t.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(static f => f.IsLiteral)
            .Select(static f => (string)f.GetRawConstantValue()!),
    ];
}
