using System;
using System.IO;

namespace VmaTools.Tests;

/// <summary>Where the archives under <c>tests/fixtures</c> are.</summary>
internal static class Fixtures
{
    public static string Root { get; } = FindRoot();

    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder, "VmaTools.slnx")))
        {
            folder = System.IO.Path.GetDirectoryName(folder);
        }

        return System.IO.Path.Combine(folder ?? throw new DirectoryNotFoundException("VmaTools.slnx"), "tests", "fixtures");
    }
}
