using System;

namespace VmaTools.Testing;

/// <summary>Indexes that tests have built go into a folder of their own, and not among those that the user keeps.</summary>
public sealed class PrivateCache : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>The test projects have it as a fixture of the assembly: it is there before any test and goes after the last.</summary>
    public PrivateCache() => Environment.SetEnvironmentVariable("XDG_CACHE_HOME", _folder.FullName);

    public void Dispose() => _folder.Dispose();
}
