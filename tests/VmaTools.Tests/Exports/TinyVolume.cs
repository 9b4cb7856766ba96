using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Exports;

/// <summary>A volume that is soon full: a tmpfs, which only root may mount.</summary>
internal sealed class TinyVolume : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vmatools-tiny-").FullName;

    private TinyVolume()
    {
    }

    /// <summary>Mounts one, or skips the test where that is not allowed.</summary>
    /// <param name="kilobytes">How much it holds.</param>
    public static TinyVolume Mount(int kilobytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has tmpfs");
        TinyVolume volume = new();
        if (Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", volume._folder) != 0)
        {
            Directory.Delete(volume._folder);
            Assert.Skip("a tmpfs cannot be mounted here");
        }

        return volume;
    }

    public string File(string name) => Path.Combine(_folder, name);

    /// <summary>Names of all files on it, hidden ones too.</summary>
    public string[] Files() => [.. Directory.GetFileSystemEntries(_folder).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _ = Run("umount", _folder);
        Directory.Delete(_folder);
    }

    private static int Run(string program, params string[] arguments) => new Tool(program) is { Exists: true } tool ? tool.Try(arguments).ExitCode : -1;
}
