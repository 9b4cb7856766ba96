using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;

namespace VmaTools.PowerShell.Tests;

/// <summary>A cmdlet as its attributes declare it. Nothing of it is run, so that no PowerShell is needed.</summary>
internal sealed class Cmdlets
{
    private Cmdlets(Type type, CustomAttributeData attribute)
    {
        Type = type;
        Verb = (string)attribute.ConstructorArguments[0].Value!;
        Noun = (string)attribute.ConstructorArguments[1].Value!;
        HelpUri = Named(attribute, "HelpUri") as string;
        SupportsShouldProcess = Named(attribute, "SupportsShouldProcess") is true;
        DefaultParameterSet = Named(attribute, "DefaultParameterSetName") as string;
        Parameters =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(static p => p.GetCustomAttributesData().Any(Is<ParameterAttribute>))
                .Select(static p => new CmdletParameter(p)),
        ];
    }

    /// <summary>The cmdlets of the assembly, by name.</summary>
    public static IReadOnlyDictionary<string, Cmdlets> All { get; } = typeof(VmaCmdlet).Assembly.GetTypes()
        .Select(static t => (Type: t, Attribute: t.GetCustomAttributesData().FirstOrDefault(Is<CmdletAttribute>)))
        .Where(static t => t.Attribute is not null)
        .Select(static t => new Cmdlets(t.Type, t.Attribute!))
        .ToDictionary(static c => c.Name);

    /// <summary>What the manifest exports.</summary>
    public static IReadOnlyList<string> Exported { get; } = ReadManifest();

    public Type Type { get; }

    public string Verb { get; }

    public string Noun { get; }

    public string Name => $"{Verb}-{Noun}";

    public string? HelpUri { get; }

    public bool SupportsShouldProcess { get; }

    public string? DefaultParameterSet { get; }

    public IReadOnlyList<CmdletParameter> Parameters { get; }

    public IEnumerable<Type> OutputTypes => Type.GetCustomAttributesData().Where(Is<OutputTypeAttribute>)
        .SelectMany(static a => a.ConstructorArguments)
        .SelectMany(static a => a.Value is IReadOnlyCollection<CustomAttributeTypedArgument> many ? many.Select(static m => m.Value) : [a.Value])
        .OfType<Type>();

    /// <summary>A cmdlet that writes somewhere: its Path is a destination.</summary>
    /// <summary>True where Path is a destination. Some readers write as well, to a path of another name.</summary>
    public bool IsWriter => this["Path"] is { } path && path.Aliases.Contains("Destination");

    public CmdletParameter? this[string name] => Parameters.FirstOrDefault(p => p.Name == name);

    /// <summary>The parameters that PowerShell knows, with those that ShouldProcess brings.</summary>
    public IEnumerable<string> ParameterNames => Parameters.Select(static p => p.Name).Concat(SupportsShouldProcess ? ["Confirm", "WhatIf"] : []);

    public static bool Is<T>(CustomAttributeData attribute) => attribute.AttributeType == typeof(T);

    public static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(a => a.MemberName == name).TypedValue.Value;

    private static List<string> ReadManifest()
    {
        string text = File.ReadAllText(Path.Combine(Fixtures.Root, "VmaTools.psd1"));
        Match list = Regex.Match(text, @"CmdletsToExport\s*=\s*@\(([^)]*)\)");
        return [.. Regex.Matches(list.Groups[1].Value, "'([^']+)'").Select(static m => m.Groups[1].Value)];
    }
}

/// <summary>A parameter of a cmdlet, in all its parameter sets.</summary>
internal sealed class CmdletParameter
{
    private readonly IReadOnlyList<CustomAttributeData> _attributes;

    public CmdletParameter(PropertyInfo property)
    {
        _attributes = [.. property.GetCustomAttributesData()];
        Name = property.Name;
        Type = property.PropertyType;
        IsSettable = property.SetMethod?.IsPublic == true;
    }

    public string Name { get; }

    public Type Type { get; }

    public bool IsSettable { get; }

    public IReadOnlyList<string> Aliases =>
    [
        .. _attributes.Where(Cmdlets.Is<AliasAttribute>)
            .SelectMany(static a => (IReadOnlyCollection<CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)
            .Select(static a => (string)a.Value!),
    ];

    public bool SupportsWildcards => _attributes.Any(Cmdlets.Is<SupportsWildcardsAttribute>);

    public bool IsMandatory => Declarations.All(static d => Cmdlets.Named(d, "Mandatory") is true);

    public bool IsFromPipeline => Declarations.Any(static d => Cmdlets.Named(d, "ValueFromPipeline") is true);

    public bool IsFromPipelineByName => Declarations.Any(static d => Cmdlets.Named(d, "ValueFromPipelineByPropertyName") is true);

    public int? Position => Declarations.Select(static d => Cmdlets.Named(d, "Position") as int?).Distinct().Single();

    private IEnumerable<CustomAttributeData> Declarations => _attributes.Where(Cmdlets.Is<ParameterAttribute>);
}
