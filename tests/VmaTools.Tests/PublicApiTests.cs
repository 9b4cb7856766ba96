using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using Xunit;

namespace VmaTools.Tests;

/// <summary>
/// Nothing becomes public, or ceases to be, unnoticed: the public face of the engine is written down in docs/api.txt. Set
/// VMATOOLS_UPDATE_API=1 to write it anew.
/// </summary>
public class PublicApiTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Is_what_is_written_down()
    {
        string path = Path.Combine(Fixtures.Root, "docs", "api.txt");
        string actual = Render(typeof(VmaArchive).Assembly);
        if (Environment.GetEnvironmentVariable("VMATOOLS_UPDATE_API") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);
    }

    [Fact]
    public void Has_one_namespace() => Assert.All(typeof(VmaArchive).Assembly.GetExportedTypes(), static t => Assert.Equal("VmaTools", t.Namespace));

    private static string Render(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(static t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Describe(type)).Append('\n');
            foreach (string member in type.GetMembers(Declared).Select(Describe).OfType<string>().Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Describe(Type type)
    {
        string kind = type.IsInterface ? "interface"
            : type.IsEnum ? "enum"
            : type.IsValueType ? "struct"
            : type.IsAbstract && type.IsSealed ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        List<string> bases = [];
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
        {
            bases.Add(NameOf(parent));
        }

        IEnumerable<Type> inherited = type.BaseType?.GetInterfaces() ?? [];
        bases.AddRange(type.GetInterfaces().Except(inherited).Where(static i => i.IsVisible).Select(NameOf).Order(StringComparer.Ordinal));
        return $"{kind} {type.FullName}{(bases.Count > 0 ? " : " + string.Join(", ", bases) : string.Empty)}";
    }

    /// <summary>A member in one line, or null for one that nobody outside sees.</summary>
    private static string? Describe(MemberInfo member) => member switch
    {
        ConstructorInfo c when IsSeen(c) => $"{Access(c)}{NameOf(c.DeclaringType!)}({Parameters(c)})",
        MethodInfo m when IsSeen(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) =>
            $"{Access(m)}{Modifiers(m)}{NameOf(m.ReturnType)} {m.Name}({Parameters(m)})",
        PropertyInfo p when IsSeen(p.GetMethod) || IsSeen(p.SetMethod) =>
            $"{Access((p.GetMethod ?? p.SetMethod)!)}{Modifiers((p.GetMethod ?? p.SetMethod)!)}{NameOf(p.PropertyType)} {p.Name} "
            + $"{{ {(IsSeen(p.GetMethod) ? "get; " : string.Empty)}{(IsSeen(p.SetMethod) ? "set; " : string.Empty)}}}",
        FieldInfo f when f.IsPublic => f.IsLiteral
            ? $"const {NameOf(f.FieldType)} {f.Name} = {(f.FieldType == typeof(string) ? $"\"{f.GetRawConstantValue()}\"" : f.GetRawConstantValue())}"
            : $"{(f.IsStatic ? "static " : string.Empty)}{(f.IsInitOnly ? "readonly " : string.Empty)}{NameOf(f.FieldType)} {f.Name}",
        EventInfo e when IsSeen(e.AddMethod) => $"event {NameOf(e.EventHandlerType!)} {e.Name}",
        _ => null,
    };

    private static bool IsSeen(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    private static string Access(MethodBase method) => method.IsPublic ? string.Empty : "protected ";

    /// <summary>Whether a member overrides one of the framework's differs between frameworks, so it is left out.</summary>
    private static string Modifiers(MethodInfo method) =>
        method.IsStatic ? "static "
        : method.GetBaseDefinition().DeclaringType?.Assembly != method.DeclaringType?.Assembly ? string.Empty
        : method.IsAbstract ? "abstract "
        : method is { IsVirtual: true, IsFinal: false } && method.DeclaringType is { IsSealed: false } ? "virtual "
        : string.Empty;

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(static p =>
        $"{NameOf(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = " + (p.RawDefaultValue ?? "default") : string.Empty)}"));

    private static string NameOf(Type type)
    {
        if (type.IsByRef)
        {
            return "ref " + NameOf(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return NameOf(type.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return NameOf(underlying) + "?";
        }

        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : type.Name;
    }
}
