using System;
using System.IO;

namespace VmaTools.Tests;

/// <summary>Where the files that tests read lie.</summary>
internal static class Fixtures
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a file given relative to the root, with slashes.</summary>
    public static string Path(string relative) =>
        System.IO.Path.Combine(Root, relative.Replace('/', System.IO.Path.DirectorySeparatorChar));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "VmaTools.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("No VmaTools.slnx above " + AppContext.BaseDirectory);
    }
}
