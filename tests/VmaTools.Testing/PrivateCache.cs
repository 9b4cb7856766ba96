using System;
using System.IO;

namespace VmaTools.Testing;

/// <summary>Indexes that tests have built go into a folder of their own, and not among those that the user keeps.</summary>
public sealed class PrivateCache : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "VmaTools.Tests." + Guid.NewGuid().ToString("N"));

    /// <summary>The test projects have it as a fixture of the assembly: it is there before any test and goes after the last.</summary>
    public PrivateCache() => Environment.SetEnvironmentVariable("XDG_CACHE_HOME", _folder);

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
