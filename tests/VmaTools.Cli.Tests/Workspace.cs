using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>A folder that one test has for itself.</summary>
public abstract class Workspace : IDisposable
{
    private readonly TempFolder _root = new();

    protected const string Sample = "vzdump-qemu-101-2026_11_20-02_00_03";

    protected string Root => _root.FullName;

    protected string Out => Here("out");

    protected string Here(string relative) => Path.Combine(Root, relative);

    protected string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(Here(name), bytes);
        return Here(name);
    }

    protected string Write(string name, params string[] lines)
    {
        File.WriteAllText(Here(name), string.Concat(lines.Select(static l => l + "\n")));
        return Here(name);
    }

    /// <summary>Every file below a folder, relative to it, in order.</summary>
    protected static string[] FilesIn(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal)];

    protected static string Digest(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return Corpus.Hex(SHA256.HashData(stream));
    }

    /// <summary>Holds the extracted folder against the truth: these devices, all configs, nothing else.</summary>
    private protected static void AssertExtracted(string name, string folder, Func<string, bool>? selects = null)
    {
        Dictionary<string, string> expected = Corpus.ConfigDigests(name).ToDictionary(static c => c.Key, static c => c.Value);
        foreach ((string device, _, long size, string digest) in Corpus.Devices(name))
        {
            if (device == "vmstate" || selects is null || selects(device))
            {
                string file = device == "vmstate" ? "vmstate.bin" : $"disk-{device}.raw";
                expected.Add(file, digest);
                Assert.Equal(size, new FileInfo(Path.Combine(folder, file)).Length);
            }
        }

        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), FilesIn(folder));
        Assert.All(expected, e => Assert.Equal(e.Value, Digest(Path.Combine(folder, e.Key))));
    }

    public void Dispose()
    {
        _root.Dispose();
        GC.SuppressFinalize(this);
    }
}
