using System;
using System.IO;

namespace VmaTools.Testing;

/// <summary>Where the files under tests/fixtures are.</summary>
public static class Fixtures
{
    /// <summary>The root of the repository: the nearest folder above the tests that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a file named relative to tests/fixtures.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(Root, "tests", "fixtures", relative);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "VmaTools.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not run within the repository.");
    }
}
