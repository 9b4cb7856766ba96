using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace VmaTools.Tests;

/// <summary>Holds that nothing is there that nobody uses.</summary>
public class UnusedMemberTests
{
    private static readonly string[] Projects = ["VmaPowerShell", "VmaTools.Cli", "VmaTools.Zstandard", "VmaTools.Argon2", "VmaTools"];

    /// <summary>What only tests ask for: whether other threads did what cannot be told from what came out.</summary>
    private static readonly string[] SeenByTests = ["IndexedArchive.BegunAhead", "IndexedArchive.Remembers", "IntervalsApart.IsAlone", "ZstdStream.IsApart"];

    [Fact]
    public void Nothing_is_without_use()
    {
        CSharpParseOptions options = new(LanguageVersion.CSharp14, preprocessorSymbols: ["NET8_0", "NET8_0_OR_GREATER"]);
        IEnumerable<SyntaxTree> trees = Projects.SelectMany(static p => ArchitectureTests.SourcesOf(Path.Combine(Fixtures.Root, "src", p)))
            .Select(s => CSharpSyntaxTree.ParseText(s.Text, options));
        Assert.Equal(SeenByTests.Order(), Unused(trees));
    }

    [Fact]
    public void What_is_without_use_is_found() =>
        Assert.Equal(
            ["A.Gone", "B.Lost", "B.Void"],
            Unused(
            [
                CSharpSyntaxTree.ParseText("public class A { internal int Gone => 1; public int Kept; internal int Used; void C(B b) => b.Made(Used); void D() => C(null); int E => D; }"),
                CSharpSyntaxTree.ParseText("record B(int Lost) { public int Void; public override string ToString() => \"\"; public int Made(int used) => used + new A().E; }"),
            ]));

    /// <summary>
    /// Members whose name nobody says but their declaration. What users of the engine see is theirs; numbers of formats are named
    /// whether or not they are met.
    /// </summary>
    private static IEnumerable<string> Unused(IEnumerable<SyntaxTree> trees)
    {
        Dictionary<string, int> said = [];
        List<(string Type, string Name)> declared = [];
        foreach (SyntaxNode root in trees.Select(static t => t.GetRoot()))
        {
            foreach (SyntaxToken token in root.DescendantTokens().Where(static t => t.IsKind(SyntaxKind.IdentifierToken)))
            {
                said[token.ValueText] = said.GetValueOrDefault(token.ValueText) + 1;
            }

            foreach (SyntaxNode node in root.DescendantNodes().Where(static n => n is MemberDeclarationSyntax or VariableDeclaratorSyntax or ParameterSyntax))
            {
                SyntaxToken? name = node switch
                {
                    MethodDeclarationSyntax { ExplicitInterfaceSpecifier: null } m => m.Identifier,
                    PropertyDeclarationSyntax { ExplicitInterfaceSpecifier: null } p => p.Identifier,
                    VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax or EventFieldDeclarationSyntax } v => v.Identifier,
                    ParameterSyntax { Parent.Parent: RecordDeclarationSyntax } p => p.Identifier,
                    _ => null,
                };
                TypeDeclarationSyntax? type = node.Ancestors().OfType<TypeDeclarationSyntax>().FirstOrDefault();
                MemberDeclarationSyntax member = node.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().First();
                bool isOthers = new[] { SyntaxKind.OverrideKeyword, SyntaxKind.ExternKeyword, SyntaxKind.ConstKeyword }.Any(k => member.Modifiers.Any(k));
                if (name is { } identifier && type is not null && !isOthers && !IsPublic(node is ParameterSyntax ? type : member))
                {
                    declared.Add((type.Identifier.ValueText, identifier.ValueText));
                }
            }
        }

        return declared.Where(d => said[d.Name] == declared.Count(o => o.Name == d.Name)).Select(static d => $"{d.Type}.{d.Name}").Order();
    }

    private static bool IsPublic(MemberDeclarationSyntax member) =>
        member.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().Where(static m => m is not BaseNamespaceDeclarationSyntax).All(static m =>
            m.Modifiers.Any(SyntaxKind.PublicKeyword) || m.Modifiers.Any(SyntaxKind.ProtectedKeyword));
}
