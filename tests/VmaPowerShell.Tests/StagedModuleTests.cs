using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>The staged module, the thing that users import. Windows PowerShell has no binding redirects: every version must be the exact one.</summary>
public class StagedModuleTests
{
    private static readonly string Stage = Path.Combine(Fixtures.Root, "out", "VmaTools");

    // What .NET Framework 4.7.2 and Windows PowerShell bring along.
    private static readonly Dictionary<string, Version> Framework = new()
    {
        ["netstandard"] = new Version(2, 0, 0, 0),
        ["mscorlib"] = new Version(4, 0, 0, 0),
        ["System"] = new Version(4, 0, 0, 0),
        ["System.Core"] = new Version(4, 0, 0, 0),
        ["System.Management.Automation"] = new Version(3, 0, 0, 0),
    };

    public static TheoryData<string> DesktopAssemblies => [.. Directory.GetFiles(Path.Combine(Stage, "bin", "netstandard2.0"), "*.dll").Select(static f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(DesktopAssemblies))]
    public void Windows_PowerShell_finds_the_exact_version_of_every_reference(string assembly)
    {
        string folder = Path.Combine(Stage, "bin", "netstandard2.0");
        foreach (AssemblyName reference in References(Path.Combine(folder, assembly)))
        {
            if (Framework.TryGetValue(reference.Name!, out Version? inFramework))
            {
                Assert.Equal(inFramework, reference.Version);
                continue;
            }

            string shipped = Path.Combine(folder, reference.Name + ".dll");
            Assert.True(File.Exists(shipped), $"{assembly} refers to {reference}, which is neither shipped nor part of the framework.");
            Assert.Equal(reference.Version, AssemblyName.GetAssemblyName(shipped).Version);
        }
    }

    [Fact]
    public void Windows_PowerShell_gets_nothing_that_nobody_refers_to()
    {
        string folder = Path.Combine(Stage, "bin", "netstandard2.0");
        string[] referred = [.. Directory.GetFiles(folder, "*.dll").SelectMany(References).Select(static r => r.Name!).Distinct()];
        Assert.Equal(
            referred.Where(r => !Framework.ContainsKey(r)).Append("VmaPowerShell").Order(StringComparer.Ordinal),
            Directory.GetFiles(folder, "*.dll").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

        // From this package on the references are to exactly what the packages beside it ship.
        Version package = Version.Parse(System.Diagnostics.FileVersionInfo.GetVersionInfo(Path.Combine(folder, "System.Memory.dll")).ProductVersion!.Split('+')[0]);
        Assert.True(package >= new Version(4, 6, 3));
    }

    [Fact]
    public void PowerShell_gets_the_two_assemblies_and_no_package()
    {
        string folder = Path.Combine(Stage, "bin", "net8.0");
        Assert.Equal(["VmaPowerShell.dll", "VmaTools.dll"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        IEnumerable<AssemblyName> references = Directory.GetFiles(folder, "*.dll").SelectMany(References);
        Assert.All(references, static r => Assert.True(
            r.Name is "VmaTools" or "System.Management.Automation"
                || ((r.Name!.StartsWith("System", StringComparison.Ordinal) || r.Name == "Microsoft.Win32.Primitives") && r.Version!.Major == 8),
            r.ToString()));
    }

    [Theory]
    [InlineData("VmaTools.psd1", "VmaTools.psd1")]
    [InlineData("LICENSE", "LICENSE")]
    [InlineData("src/VmaPowerShell/VmaTools.Format.ps1xml", "VmaTools.Format.ps1xml")]
    [InlineData("src/VmaPowerShell/VmaTools.Types.ps1xml", "VmaTools.Types.ps1xml")]
    public void Files_are_staged_as_they_are(string source, string staged) =>
        Assert.Equal(File.ReadAllBytes(Path.Combine(Fixtures.Root, source)), File.ReadAllBytes(Path.Combine(Stage, staged)));

    [Fact]
    public void Help_is_staged_with_the_module() => Assert.True(
        File.Exists(Path.Combine(Stage, "en-US", "VmaPowerShell.dll-Help.xml")), "The staged module has no help.");

    [Fact]
    public void The_cmdlets_are_the_same_in_both_builds()
    {
        // What Windows PowerShell loads cannot be loaded here next to the other, but its tables can be read.
        string[] desktop = CommandTypes(Path.Combine(Stage, "bin", "netstandard2.0", "VmaPowerShell.dll"));
        Assert.Equal(Cmdlets.All.Values.Select(static c => c.Type.Name).Order(StringComparer.Ordinal), desktop);
    }

    private static string[] CommandTypes(string file)
    {
        using PEReader pe = new(File.OpenRead(file));
        MetadataReader reader = pe.GetMetadataReader();
        return [.. reader.TypeDefinitions.Select(reader.GetTypeDefinition)
            .Where(static t => t.Attributes.HasFlag(TypeAttributes.Public | TypeAttributes.Sealed))
            .Select(t => reader.GetString(t.Name))
            .Where(static n => n.EndsWith("Command", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
    }

    private static AssemblyName[] References(string file)
    {
        using PEReader pe = new(File.OpenRead(file));
        MetadataReader reader = pe.GetMetadataReader();
        return [.. reader.AssemblyReferences.Select(reader.GetAssemblyReference).Select(static r => r.GetAssemblyName())];
    }
}
