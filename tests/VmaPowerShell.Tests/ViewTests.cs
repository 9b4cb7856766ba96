using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>Table views and serialization depths held against the types that come down the pipeline.</summary>
public class ViewTests
{
    private static readonly XDocument Format = XDocument.Load(Path.Combine(Fixtures.Root, "src/VmaPowerShell/VmaTools.Format.ps1xml"));
    private static readonly XDocument Types = XDocument.Load(Path.Combine(Fixtures.Root, "src/VmaPowerShell/VmaTools.Types.ps1xml"));

    /// <summary>The name that the drive puts on its items: what they are apart from that has views of its own.</summary>
    private const string DriveItem = "VmaTools.DriveItem";

    public static TheoryData<string> ViewNames => [.. Format.Descendants("View").Select(static v => v.Element("Name")!.Value)];

    public static TheoryData<string> Results => [.. ResultTypes().Select(static t => t.FullName!)];

    [Theory]
    [MemberData(nameof(Results))]
    public void Every_result_has_a_view(string type) =>
        Assert.Contains(
            Format.Descendants("View"),
            v => (v.Element("TableControl") ?? v.Element("CustomControl")) is not null && v.Descendants("TypeName").Any(t => t.Value == type));

    [Theory]
    [MemberData(nameof(ViewNames))]
    public void A_view_serves_live_and_deserialized_objects_and_shows_what_they_have(string name)
    {
        XElement view = Format.Descendants("View").Single(v => v.Element("Name")!.Value == name);
        string[] types = [.. view.Element("ViewSelectedBy")!.Elements("TypeName").Select(static t => t.Value)];
        string[] live = [.. types.Where(static t => !t.StartsWith("Deserialized.", StringComparison.Ordinal))];
        Assert.Equal(live.Select(static t => "Deserialized." + t).Order(StringComparer.Ordinal), types.Except(live).Order(StringComparer.Ordinal));
        foreach (Type type in live.Where(static t => t != DriveItem).Select(FindType))
        {
            string[] properties = [.. type.GetProperties().Select(static p => p.Name)];
            Assert.All(view.Descendants("PropertyName"), p => Assert.Contains(p.Value, properties));
            IEnumerable<string> used = view.Descendants("ScriptBlock").SelectMany(static s => Regex.Matches(s.Value, @"^[^|]*?\$_\.([A-Z]\w*)")).Select(static m => m.Groups[1].Value);
            Assert.All(used, p => Assert.Contains(p, properties));
        }

        Assert.All(view.Descendants("TableRowEntry"), e => Assert.Equal(view.Descendants("TableColumnHeader").Count(), e.Descendants("TableColumnItem").Count()));
    }

    /// <summary>
    /// Format-List shows every property, and nothing as it stands that may hold what moves a terminal's cursor: only texts of our own do not
    /// go through the view's replacement.
    /// </summary>
    [Theory]
    [MemberData(nameof(Results))]
    public void Every_result_has_a_list_of_its_properties(string name)
    {
        XElement list = Assert.Single(Views(name), static v => v.Element("ListControl") is not null);
        IEnumerable<string> shown = list.Descendants("ListItem").Select(static i => (i.Element("Label") ?? i.Element("PropertyName"))!.Value);
        Assert.Equal(FindType(name).GetProperties().Select(static p => p.Name).Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Results))]
    public void Texts_of_archives_are_shown_through_a_replacement(string name)
    {
        string[] texts = [.. FindType(name).GetProperties()
            .Where(static p => p.PropertyType == typeof(string) || p.PropertyType == typeof(IReadOnlyList<string>) || typeof(IEnumerable<KeyValuePair<string, string>>).IsAssignableFrom(p.PropertyType))
            .Select(static p => p.Name)
            .Except(OwnTexts)];
        foreach (XElement view in Views(name))
        {
            Assert.All(view.Descendants("PropertyName"), p => Assert.DoesNotContain(p.Value, texts));
            IEnumerable<XElement> used = view.Descendants("ScriptBlock").Where(s => Regex.Matches(s.Value, @"\$_\.([A-Z]\w*)").Any(m => texts.Contains(m.Groups[1].Value)));
            Assert.All(used, static s => Assert.Contains(@"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}", s.Value, StringComparison.Ordinal));
        }
    }

    /// <summary>Every heading of a table is a property, so that what one sees can be asked for.</summary>
    [Theory]
    [MemberData(nameof(Results))]
    public void Headings_are_properties(string name)
    {
        string[] properties = [.. FindType(name).GetProperties().Select(static p => p.Name)];
        Assert.All(Views(name).Descendants("TableColumnHeader"), h => Assert.Contains(h.Element("Label")!.Value, properties));
    }

    /// <summary>Tables of several archives tell which rows are of which; a disk of a VM is shown with its VM, and a server by its addresses.</summary>
    [Theory]
    [MemberData(nameof(Results))]
    public void Tables_tell_the_archive(string name)
    {
        Type type = FindType(name);
        if (type.GetProperty("ArchivePath") is not null && type != typeof(VmaVMDisk) && type != typeof(VmaNbdServer))
        {
            Assert.All(
                Views(name).Where(static v => v.Element("TableControl") is not null),
                static v => Assert.True(v.Element("GroupBy") is not null || v.Descendants("TableColumnHeader").Any(static h => h.Element("Label")?.Value == "ArchivePath")));
        }
    }

    [Theory]
    [MemberData(nameof(Results))]
    public void Results_with_lists_keep_them_through_jobs(string name)
    {
        bool hasLists = FindType(name).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Any(static p => p.PropertyType != typeof(string) && typeof(IEnumerable).IsAssignableFrom(p.PropertyType) && !IsListOfScalars(p.PropertyType));
        bool hasDepth = Types.Descendants("Type").Any(t => t.Element("Name")!.Value == name && t.Value.Contains("SerializationDepth", StringComparison.Ordinal));
        Assert.True(!hasLists || hasDepth, $"{name} needs a SerializationDepth.");
    }

    [Fact]
    public void Depths_are_for_types_that_there_are() =>
        Assert.All(Types.Descendants("Type"), static t => FindType(t.Element("Name")!.Value));

    [Theory]
    [MemberData(nameof(Results))]
    public void Results_cannot_be_changed(string name) =>
        Assert.All(FindType(name).GetProperties(), static p => Assert.True(p.SetMethod is null || !p.SetMethod.IsPublic || IsInit(p.SetMethod), p.Name));

    /// <summary>Texts that are one of a few, or digits: no archive has a say in them.</summary>
    private static readonly string[] OwnTexts =
    [
        "Algorithm", "ArchiveOutcome", "BootOutcome", "Bus", "Change", "Code", "Compression", "DataProof", "Grade", "Hash", "Kind", "Map", "NameSource",
        "RefusalCode", "Severity", "State", "SystemOutcome", "TimeSource", "Uuid", "Verdict", "VolumeOutcome", "WhyAbsent",
    ];

    private static IEnumerable<XElement> Views(string type) => Format.Descendants("View").Where(v => v.Descendants("TypeName").Any(t => t.Value == type));

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Any(static m => m.Name == "IsExternalInit");

    private static bool IsListOfScalars(Type type) => type.IsGenericType && type.GetGenericArguments().All(static a => a.IsPrimitive || a == typeof(string));

    /// <summary>What cmdlets say they give, apart from the framework's own types and streams, with what their lists hold.</summary>
    private static IEnumerable<Type> ResultTypes()
    {
        IEnumerable<Type> own = Cmdlets.All.Values.SelectMany(static c => c.OutputTypes)
            .Where(static t => IsOwn(t) && !typeof(Stream).IsAssignableFrom(t))
            .Distinct();
        IEnumerable<Type> listed = own.SelectMany(static t => t.GetProperties())
            .Where(static p => p.PropertyType.IsGenericType)
            .SelectMany(static p => p.PropertyType.GetGenericArguments())
            .Where(static t => IsOwn(t) && t.IsClass);
        return own.Concat(listed).Distinct().OrderBy(static t => t.FullName, StringComparer.Ordinal);
    }

    private static bool IsOwn(Type type) => type.Assembly.GetName().Name is "VmaTools" or "VmaPowerShell";

    private static Type FindType(string name)
    {
        Type? type = typeof(VmaArchive).Assembly.GetType(name) ?? typeof(VmaCmdlet).Assembly.GetType(name);
        Assert.True(type is not null, $"There is no type {name}.");
        return type;
    }
}
