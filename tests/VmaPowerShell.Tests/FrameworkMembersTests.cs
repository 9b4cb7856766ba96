using System;
using System.IO;
using System.Linq;
using System.Reflection;
using Mono.Cecil;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>
/// Windows PowerShell finds everything that the module calls: each type and member that the netstandard2.0 build refers to is looked up in
/// the reference assemblies of .NET Framework 4.7.2, overload for overload. netstandard2.0 promises more than that framework keeps.
/// </summary>
public sealed class FrameworkMembersTests : IDisposable
{
    private static readonly string Stage = Path.Combine(Fixtures.Root, "out", "VmaTools", "bin", "netstandard2.0");

    private static readonly string Framework = typeof(FrameworkMembersTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static a => a.Key == "DotNetFramework").Value!;

    private readonly DefaultAssemblyResolver _resolver = new();

    public FrameworkMembersTests()
    {
        foreach (string folder in _resolver.GetSearchDirectories())
        {
            _resolver.RemoveSearchDirectory(folder);
        }

        foreach (string folder in new[] { Stage, Framework, Path.Combine(Framework, "Facades") })
        {
            _resolver.AddSearchDirectory(folder);
        }
    }

    public void Dispose() => _resolver.Dispose();

    [Theory]
    [InlineData("VmaTools.dll")]
    [InlineData("VmaPowerShell.dll")]
    public void Are_all_there(string file)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(Path.Combine(Stage, file), new ReaderParameters { AssemblyResolver = _resolver });

        // What PowerShell itself has is held by the package it was compiled against.
        TypeReference[] types = [.. module.GetTypeReferences().Where(static t => t.Scope.Name != "System.Management.Automation")];
        MemberReference[] members = [.. module.GetMemberReferences().Where(static m => m.DeclaringType.Scope.Name != "System.Management.Automation")];
        Assert.True(types.Length > 50 && members.Length > 200, $"{types.Length} types, {members.Length} members");
        Assert.Empty(types.Where(static t => t.Resolve() is null).Select(static t => t.FullName));
        Assert.Empty(members.Where(static m => !Exists(m)).Select(static m => m.FullName));
    }

    [Fact]
    public void A_member_that_came_later_is_missed()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(Path.Combine(Stage, "VmaTools.dll"), new ReaderParameters { AssemblyResolver = _resolver });
        MethodReference later = new("ContainsKeyLater", module.TypeSystem.Boolean, module.GetTypeReferences().First(static t => t.FullName == "System.IO.Stream"));
        Assert.NotNull(later.DeclaringType.Resolve());
        Assert.False(Exists(later));
    }

    // Methods of arrays are made by the runtime.
    private static bool Exists(MemberReference member) => member.DeclaringType.IsArray || member switch
    {
        MethodReference method => method.Resolve() is not null,
        FieldReference field => field.Resolve() is not null,
        _ => false,
    };
}
