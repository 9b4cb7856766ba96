using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>Runs the built <c>vma</c>, or Proxmox's own.</summary>
internal static class Vma
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Proxmox's own vma.
    private static readonly Tool Proxmox = new("vma-proxmox");

    public static string Assembly { get; } = typeof(Vma).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static a => a.Key == "VmaAssembly").Value!;

    /// <summary>Runs a command to its end.</summary>
    public static Outcome Run(params string[] arguments) => Run(null, null, arguments);

    /// <summary>Runs a command to its end, with bytes on standard input, in a time zone.</summary>
    public static Outcome Run(byte[]? input, string? timeZone, params string[] arguments) =>
        Finish(Start(timeZone, "dotnet", [Assembly, .. arguments]), input);

    /// <summary>Starts a command that the test goes on to talk to.</summary>
    public static Process Start(params string[] arguments) => Start(null, "dotnet", [Assembly, .. arguments]);

    /// <summary>Starts a command with a variable in its environment.</summary>
    public static Process StartWith(string variable, string value, params string[] arguments) => StartWith([(variable, value)], arguments);

    /// <summary>Starts a command with variables in its environment.</summary>
    public static Process StartWith((string Name, string Value)[] variables, params string[] arguments) =>
        Start(null, "dotnet", [Assembly, .. arguments], variables);

    /// <summary>Runs a command whose output a shell redirects, as in <c>2> file</c>.</summary>
    public static Outcome RunInto(string redirection, params string[] arguments) =>
        Finish(Start(null, "sh", ["-c", $"exec \"$@\" {redirection}", "sh", "dotnet", Assembly, .. arguments]), null);

    /// <summary>Runs Proxmox's tool; without it the test is skipped.</summary>
    public static Outcome Judge(params string[] arguments) => Finish(Start("UTC", Proxmox.FullName, arguments), null);

    public static Outcome Finish(Process process, byte[]? input)
    {
        using (process)
        {
            Task<byte[]> output = ReadAll(process.StandardOutput.BaseStream);
            Task<byte[]> error = ReadAll(process.StandardError.BaseStream);
            try
            {
                process.StandardInput.BaseStream.Write(input ?? []);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without reading everything, which its exit code explains.
            }

            if (!process.WaitForExit((int)Patience.TotalMilliseconds))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail("The process did not end.");
            }

            return new Outcome(process.ExitCode, output.GetAwaiter().GetResult(), Encoding.UTF8.GetString(error.GetAwaiter().GetResult()));
        }
    }

    private static Process Start(
        string? timeZone, string program, IReadOnlyList<string> arguments, params (string Name, string Value)[] variables)
    {
        string[] command = [.. Signals.Prefix, program, .. arguments];
        ProcessStartInfo start = new(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["TZ"] = timeZone ?? "UTC";
        start.Environment["LC_ALL"] = "C";
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static Task<byte[]> ReadAll(Stream stream) => Task.Factory.StartNew(
        () =>
        {
            using MemoryStream bytes = new();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}

/// <summary>How a process ended and what it said.</summary>
internal sealed record Outcome(int ExitCode, byte[] Bytes, string Error)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public Outcome Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"Exit code {ExitCode} instead of {exitCode}.\n{Text}\n{Error}");
        Assert.DoesNotContain("Unhandled exception", Error, StringComparison.Ordinal);
        return this;
    }
}
