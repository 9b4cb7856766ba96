using System;
using System.IO;
using System.Runtime.CompilerServices;

/// <summary>Indexes that tests have built go into a folder of their own, and not among those that the user keeps.</summary>
internal static class PrivateCache
{
    [ModuleInitializer]
    internal static void Use()
    {
        string folder = Path.Combine(Path.GetTempPath(), "VmaTools.Tests." + Guid.NewGuid().ToString("N"));
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        };
    }
}
