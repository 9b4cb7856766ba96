using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Testing;

/// <summary>A small volume, which only root may mount: a tmpfs that is soon full, or one whose file system is another than the system's.</summary>
public sealed class TinyVolume : IDisposable
{
    private readonly TempFolder _folder = new();

    private TinyVolume()
    {
    }

    /// <summary>Mounts one that is soon full, or skips the test where that is not allowed.</summary>
    /// <param name="kilobytes">How much it holds.</param>
    public static TinyVolume Mount(int kilobytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has tmpfs");
        TinyVolume volume = new();
        if (Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", volume._folder.FullName) != 0)
        {
            volume._folder.Dispose();
            Assert.Skip("a tmpfs cannot be mounted here");
        }

        return volume;
    }

    /// <summary>Mounts one of 64 MiB that takes names which differ in case for one, or skips the test where that is not possible.</summary>
    /// <param name="folder">Where the file is made that it is in.</param>
    /// <param name="maker">The tool that formats it, and its arguments; the file's path is appended.</param>
    /// <param name="mounter">The tool that mounts it, and its arguments; the file's path and the folder are appended.</param>
    public static TinyVolume IgnoringCase(string folder, string[] maker, string[] mounter)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux mounts files like this");
        string image = Path.Combine(folder, "volume.img");
        using (FileStream file = System.IO.File.Create(image))
        {
            file.SetLength(64 << 20);
        }

        Assert.SkipUnless(Run(maker[0], [.. maker[1..], image]) == 0, $"{maker[0]} is not here, or makes no such volume");
        TinyVolume volume = new();
        if (Run(mounter[0], [.. mounter[1..], image, volume._folder.FullName]) != 0)
        {
            volume._folder.Dispose();
            Assert.Skip($"what {maker[0]} makes cannot be mounted here");
        }

        return volume;
    }

    /// <summary>Takes room until that many bytes are left.</summary>
    public void Fill(long left)
    {
        using FileStream file = System.IO.File.Create(File("filler"));
        file.Write(new byte[new DriveInfo(_folder.FullName).AvailableFreeSpace - left]);
    }

    /// <summary>Lets nobody write to it any more.</summary>
    public void MakeReadOnly() => Assert.SkipUnless(Run("mount", "-o", "remount,ro", _folder.FullName) == 0, "a tmpfs cannot be made read-only here");

    public string File(string name) => _folder.File(name);

    /// <summary>Names of all files on it, hidden ones too.</summary>
    public string[] Files() => [.. Directory.GetFileSystemEntries(_folder.FullName).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _ = Run("umount", _folder.FullName);
        _folder.Dispose();
    }

    private static int Run(string program, params string[] arguments) => new Tool(program) is { Exists: true } tool ? tool.Try(arguments).ExitCode : -1;
}
