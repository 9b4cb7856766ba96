using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Testing;

/// <summary>A program that somebody else wrote, to judge what this project writes or to make what it reads.</summary>
public sealed class Tool
{
    public static readonly Tool QemuImg = new("qemu-img");
    public static readonly Tool QemuIo = new("qemu-io");
    public static readonly Tool VhdiInfo = new("vhdiinfo");
    public static readonly Tool VmdkInfo = new("vmdkinfo");
    public static readonly Tool SevenZip = new("7z");
    public static readonly Tool Stat = new("stat");
    public static readonly Tool Zstd = new("zstd");

    private readonly string _name;
    private readonly string? _path;

    public Tool(string name)
        : this(name, Places(name).FirstOrDefault())
    {
    }

    private Tool(string name, string? path)
    {
        _name = name;
        _path = path;
    }

    public bool Exists => _path is not null;

    /// <summary>Where it is; a test that needs one that is nowhere is skipped aloud.</summary>
    public string FullName
    {
        get
        {
            SkipIfMissing();
            return _path!;
        }
    }

    /// <summary>Every program of a name, for a test that needs a certain one of them.</summary>
    public static IEnumerable<Tool> All(string name) => Places(name).Select(path => new Tool(name, path));

    /// <summary>Sends bytes through a program.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">Its arguments, with spaces between them.</param>
    /// <param name="input">What it gets.</param>
    public static byte[] Filter(string name, string arguments, byte[] input) =>
        new Tool(name).Filter(input, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public void SkipIfMissing() => Assert.SkipUnless(Exists, $"{_name} not found on PATH");

    /// <summary>Sends bytes through it.</summary>
    public byte[] Filter(byte[] input, params string[] arguments) => Sound(Try(input, arguments), arguments).Output;

    /// <summary>Runs it and gives what it says; anything but exit code 0 fails the test with that.</summary>
    public string Run(params string[] arguments) => Sound(Try([], arguments), arguments).Text;

    /// <summary>Runs it, however it ends.</summary>
    public ToolResult Try(params string[] arguments) => Try([], arguments);

    /// <summary>Runs it with bytes to read, however it ends.</summary>
    public ToolResult Try(byte[] input, string[] arguments)
    {
        ProcessStartInfo start = new(FullName, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using Process process = Process.Start(start)!;
        Task feeding = Task.Run(() => Feed(process, input));
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        feeding.GetAwaiter().GetResult();
        return new ToolResult(process.ExitCode, output.ToArray(), errors.GetAwaiter().GetResult());
    }

    private static void Feed(Process process, byte[] input)
    {
        try
        {
            using Stream target = process.StandardInput.BaseStream;
            target.Write(input);
        }
        catch (IOException)
        {
            // It ended without reading everything, which its exit code explains.
        }
    }

    private ToolResult Sound(ToolResult result, string[] arguments)
    {
        Assert.True(result.ExitCode == 0, $"{_name} {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Error}{result.Text}");
        return result;
    }

    // Tools for disks live in sbin, which is not always on an ordinary user's path.
    private static IEnumerable<string> Places(string name)
    {
        string path = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
        bool isWindows = OperatingSystem.IsWindows();
        return $"{path}{(isWindows ? string.Empty : ":/usr/sbin:/sbin")}"
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, isWindows ? name + ".exe" : name))
            .Where(File.Exists);
    }
}

/// <summary>How a program ended and what it said.</summary>
public sealed record ToolResult(int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);
}
