using System;
using System.IO;

namespace VmaTools.Tests;

/// <summary>Where the fixtures lie: under the folder that holds the solution.</summary>
internal static class Fixtures
{
    public static string Root { get; } = FindRoot();

    public static string Path(string relative) => System.IO.Path.Combine(Root, "tests", "fixtures", relative);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "VmaTools.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("VmaTools.slnx was not found above the tests.");
    }
}
