using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace VmaTools.Tests;

/// <summary>Holds what docs/architecture.md says of rooms: a reference, in code or in its documentation, goes to an earlier room only.</summary>
public class ArchitectureTests
{
    /// <summary>The folders of the engine, in order. The files that lie in Disks itself are a room before those inside it.</summary>
    private static readonly string[] Rooms =
    [
        "Errors", "Bytes", "Files", "Compression", "Sources", "Format", "Extents", "Indexing",
        "Disks", "Disks/Partitions", "Disks/Volumes", "Disks/FileSystems", "Disks/Systems",
        "Archives", "Digests", "Guests", "Images", "Audits", "GuestFiles", "Exports", "Writing", "Network", "Reports", "Salvage", "Restores",
    ];

    /// <summary>What Disks may know besides itself. Whatever else there is belongs to VMA.</summary>
    private static readonly string[] KnownToDisks = ["Errors", "Bytes", "Files", "Compression", "Sources"];

    private static readonly string Engine = Path.Combine(Fixtures.Root, "src", "VmaTools");

    private static readonly Lazy<CSharpCompilation> Whole = new(static () => Compile(SourcesOf(Engine), "NET8_0"));

    [Fact]
    public void The_rooms_are_those_of_the_document_and_of_the_folders()
    {
        string document = File.ReadAllText(Path.Combine(Fixtures.Root, "docs", "architecture.md"));
        Assert.Equal(Rooms, Regex.Matches(document, @"^\| `src/VmaTools/([\w/]+)` \|", RegexOptions.Multiline).Select(static m => m.Groups[1].Value));
        Assert.Equal(Rooms.Order(), SourcesOf(Engine).Select(static s => RoomOf(s.Path)).Distinct().Order());
    }

    [Fact]
    public void References_go_to_earlier_rooms_only()
    {
        Assert.Empty(TurnedRound(Whole.Value));

        // Once more where there is something of its own for the other framework.
        Assert.Empty(TurnedRound(Compile(SourcesOf(Engine), "NETSTANDARD2_0"), static t => t.ToString().Contains("NETSTANDARD", StringComparison.Ordinal)));
    }

    [Fact]
    public void Files_are_created_in_one_place()
    {
        // NewFile opens nothing that was there, follows no link and knows what is private. A named stream of NTFS is a part of a file that it made.
        Regex creates = new(
            @"FileMode\.(Create|CreateNew|OpenOrCreate|Append)\b|(?<!New)File\.(Create|CreateText|OpenWrite|Copy|Write\w+|Append\w+)\(|GetTempFileName|O_CREAT");
        IEnumerable<string> places = Directory.EnumerateFiles(Path.Combine(Fixtures.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static f => !Regex.IsMatch(f, @"[\\/](obj|bin)[\\/]") && !f.EndsWith("NewFile.cs", StringComparison.Ordinal))
            .SelectMany(f => File.ReadLines(f).Where(l => creates.IsMatch(l)).Select(l => $"{Path.GetFileName(f)}: {l.Trim()}"));
        Assert.StartsWith("FileCopier.cs: using FileStream file = new(target + \":\" + ", Assert.Single(places), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Errors/A.cs", "VmaTools.Salvage.B? x;")]
    [InlineData("Indexing/A.cs", "object x = VmaTools.Salvage.B.Make();")]
    [InlineData("Network/A.cs", "/// <summary><see cref=\"VmaTools.Salvage.B\"/></summary>\nint x;")]
    [InlineData("Disks/A.cs", "VmaTools.Extents.C? x;")]
    [InlineData("Disks/FileSystems/A.cs", "VmaTools.Extents.C? x;")]
    [InlineData("Disks/Partitions/A.cs", "VmaTools.Disks.FileSystems.D? x;")]
    public void A_reference_turned_round_is_found(string path, string member)
    {
        (string, string)[] sources =
        [
            (path, $"class A\n{{\n{member}\n}}"),
            ("Salvage/B.cs", "namespace VmaTools.Salvage; class B { public static B Make() => new(); }"),
            ("Extents/C.cs", "namespace VmaTools.Extents; class C { }"),
            ("Disks/FileSystems/D.cs", "namespace VmaTools.Disks.FileSystems; class D { VmaTools.Disks.E? earlier; }"),
            ("Disks/E.cs", "namespace VmaTools.Disks; class E { }"),
        ];
        Assert.StartsWith(path + ": ", Assert.Single(TurnedRound(Compile(sources, "NET8_0"))));
    }

    [Fact]
    public void What_nobody_names_is_seen_by_what_gives_it() =>
        Assert.Equal(
            ["Archives/A.cs: B of Salvage", "Indexing/C.cs: B of Salvage"],
            TurnedRound(Compile(
                [
                    ("Archives/A.cs", "class A { int Count() { var made = VmaTools.Indexing.C.Make(); return made.Length; } }"),
                    ("Indexing/C.cs", "namespace VmaTools.Indexing; class C { public static VmaTools.Salvage.B[] Make() => []; }"),
                    ("Salvage/B.cs", "namespace VmaTools.Salvage; class B { }"),
                ],
                "NET8_0")));

    /// <summary>PowerShell is none of the references here, so that a type of its would be unknown.</summary>
    [Fact]
    public void The_engine_knows_nothing_but_the_framework()
    {
        string[] unknown = ["CS0103", "CS0234", "CS0246", "CS0400"];
        Assert.Empty(Whole.Value.GetDiagnostics().Where(d => unknown.Contains(d.Id)));
    }

    [Theory]
    [InlineData("src/VmaTools", false)]
    [InlineData("src/VmaPowerShell", false)]
    [InlineData("src/VmaTools.Cli", true)]
    public void The_console_is_the_command_lines_alone(string project, bool isUsed)
    {
        CSharpCompilation compilation = project == "src/VmaTools" ? Whole.Value : Compile(SourcesOf(Path.Combine(Fixtures.Root, project)), "NET8_0");
        Assert.Equal(isUsed, References(compilation, static t => t.ToString().Contains("Console", StringComparison.Ordinal))
            .Any(static r => r.Symbol.ToDisplayString() == "System.Console"));
    }

    private static SortedSet<string> TurnedRound(CSharpCompilation compilation, Func<SyntaxTree, bool>? which = null)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        foreach ((string path, INamedTypeSymbol symbol) in References(compilation, which))
        {
            string from = RoomOf(path);
            string to = symbol.DeclaringSyntaxReferences.Length == 0 ? from : RoomOf(symbol.DeclaringSyntaxReferences[0].SyntaxTree.FilePath);
            bool isForeign = from.StartsWith("Disks", StringComparison.Ordinal)
                && !to.StartsWith("Disks", StringComparison.Ordinal)
                && !KnownToDisks.Contains(to);
            if (isForeign || Array.IndexOf(Rooms, to) > Array.IndexOf(Rooms, from))
            {
                found.Add($"{path}: {symbol.Name} of {to}");
            }
        }

        return found;
    }

    /// <summary>Every type that is named, or whose members are, or that what is named gives: behind <c>var</c>, too.</summary>
    private static IEnumerable<(string Path, INamedTypeSymbol Symbol)> References(
        CSharpCompilation compilation, Func<SyntaxTree, bool>? which)
    {
        foreach (SyntaxTree tree in compilation.SyntaxTrees.Where(which ?? (static _ => true)))
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes(descendIntoTrivia: true).OfType<SimpleNameSyntax>())
            {
                foreach (INamedTypeSymbol type in TypesIn(model.GetSymbolInfo(name).Symbol))
                {
                    yield return (tree.FilePath, type);
                }
            }
        }
    }

    /// <summary>The types that make up a type; or of a member or a variable, those that it is in, and of what it gives.</summary>
    private static IEnumerable<INamedTypeSymbol> TypesIn(ISymbol? symbol) => symbol switch
    {
        INamedTypeSymbol type => type.TypeArguments.SelectMany(TypesIn).Append(type.OriginalDefinition),
        IArrayTypeSymbol array => TypesIn(array.ElementType),
        ITypeSymbol => [],
        IMethodSymbol method => TypesIn(method.ContainingType).Concat(TypesIn(method.ReturnType)),
        IPropertySymbol property => TypesIn(property.ContainingType).Concat(TypesIn(property.Type)),
        IFieldSymbol field => TypesIn(field.ContainingType).Concat(TypesIn(field.Type)),
        ILocalSymbol local => TypesIn(local.Type),
        IParameterSymbol parameter => TypesIn(parameter.Type),
        _ => symbol?.ContainingType is { } around ? TypesIn(around) : [],
    };

    private static CSharpCompilation Compile(IEnumerable<(string Path, string Text)> sources, string symbol)
    {
        CSharpParseOptions options = new(LanguageVersion.CSharp14, DocumentationMode.Diagnose, preprocessorSymbols: [symbol, symbol + "_OR_GREATER"]);
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return CSharpCompilation.Create(
            "Architecture",
            sources.Select(s => CSharpSyntaxTree.ParseText(s.Text, options, s.Path)),
            assemblies.Where(a => Path.GetDirectoryName(a) == framework).Select(static a => MetadataReference.CreateFromFile(a)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }

    /// <summary>What is in a folder, by names in it.</summary>
    internal static IEnumerable<(string Path, string Text)> SourcesOf(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(f => (Path.GetRelativePath(folder, f).Replace('\\', '/'), File.ReadAllText(f)))
            .Where(static s => !Regex.IsMatch(s.Item1, "^(bin|obj)/"));

    private static string RoomOf(string path)
    {
        string[] parts = path.Split('/');
        return parts[0] == "Disks" && parts.Length > 2 ? $"Disks/{parts[1]}" : parts[0];
    }
}
