using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace VmaTools.Tests.Errors;

/// <summary>No code is there that nothing raises, and none that no test knows.</summary>
public class VmaCodesTests
{
    private static readonly string[] Codes =
        [.. typeof(VmaCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(static f => f.IsLiteral).Select(static f => f.Name)];

    [Fact]
    public void Each_says_its_own_name() => Assert.All(Codes, static c => Assert.Equal(c, typeof(VmaCodes).GetField(c)!.GetRawConstantValue()));

    [Fact]
    public void Each_is_raised() => Assert.Empty(Codes.Except(WordsOf("src", @"\bVmaCodes\.(\w+)")));

    [Fact]
    public void Each_is_named_by_a_test() => Assert.Empty(Codes.Except(WordsOf("tests", @"\bVmaCodes\.(\w+)|[""'*: ](\w+)(?=[,""'*])")));

    /// <summary>The ids of errors that only the module has.</summary>
    [Fact]
    public void Each_of_the_module_is_named_by_a_test()
    {
        string records = File.ReadAllText(Path.Combine(Fixtures.Root, "src", "VmaPowerShell", "Pipeline", "ErrorRecords.cs"));
        string[] ids = [.. Regex.Matches(records, @"""([A-Z]\w+)"",\s+ErrorCategory").Select(static m => m.Groups[1].Value).Distinct()];
        Assert.True(ids.Length > 10);
        Assert.Empty(ids.Except(WordsOf("tests", @"\bVmaCodes\.(\w+)|[""'*: ](\w+)(?=[,""'*])")));
    }

    /// <summary>What stands as a code there: by its constant, or as a text or the beginning of one.</summary>
    private static HashSet<string> WordsOf(string folder, string asCode) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Fixtures.Root, folder), "*", SearchOption.AllDirectories)
            .Where(static f => Path.GetExtension(f) is ".cs" or ".ps1" && !Regex.IsMatch(f, @"[\\/](bin|obj)[\\/]|VmaCodes\.cs$"))
            .SelectMany(f => Regex.Matches(File.ReadAllText(f), asCode).Select(static m => m.Groups[1].Value + m.Groups[2].Value)),
    ];
}
