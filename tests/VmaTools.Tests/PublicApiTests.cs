using System;
using System.IO;
using PublicApiGenerator;
using Xunit;

namespace VmaTools.Tests;

/// <summary>
/// Nothing becomes public, or ceases to be, or takes or gives null, unnoticed: the public face of the engine is written down in
/// docs/api.txt. Set VMATOOLS_UPDATE_API=1 to write it anew.
/// </summary>
public class PublicApiTests
{
    [Fact]
    public void Is_what_is_written_down()
    {
        string path = Path.Combine(Fixtures.Root, "docs", "api.txt");
        string actual = typeof(VmaArchive).Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("VMATOOLS_UPDATE_API") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);
    }

    [Fact]
    public void Has_one_namespace() => Assert.All(typeof(VmaArchive).Assembly.GetExportedTypes(), static t => Assert.Equal("VmaTools", t.Namespace));
}
