using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace VmaTools.Tests.Images;

/// <summary>A program that somebody else wrote, to judge what this project writes.</summary>
internal sealed class Tool
{
    public static readonly Tool QemuImg = new("qemu-img");
    public static readonly Tool VhdiInfo = new("vhdiinfo");
    public static readonly Tool VmdkInfo = new("vmdkinfo");
    public static readonly Tool SevenZip = new("7z");
    public static readonly Tool Stat = new("stat");

    private readonly string _name;
    private readonly string? _path;

    public Tool(string name)
    {
        _name = name;
        string file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        _path = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, file))
            .FirstOrDefault(System.IO.File.Exists);
    }

    public void SkipIfMissing() => Xunit.Assert.SkipUnless(_path is not null, $"{_name} not found on PATH");

    /// <summary>Runs the program; anything but exit code 0 fails the test with what the program said.</summary>
    public string Run(params string[] arguments)
    {
        using MemoryStream output = new();
        Run(output, arguments);
        return System.Text.Encoding.UTF8.GetString(output.ToArray());
    }

    public void Run(Stream output, params string[] arguments)
    {
        ProcessStartInfo start = new(_path!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        string said = errors.GetAwaiter().GetResult();
        if (process.ExitCode != 0)
        {
            string text = output is MemoryStream memory ? System.Text.Encoding.UTF8.GetString(memory.ToArray()) : "";
            Xunit.Assert.Fail($"{_name} {string.Join(' ', arguments)} ended with {process.ExitCode}: {said}{text}");
        }
    }
}
