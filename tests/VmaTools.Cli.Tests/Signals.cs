using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>Signals to processes that tests start.</summary>
/// <remarks>
/// A process that is started in the background ignores interrupts, and so does every process it starts: <c>vma</c> is then started by
/// a program that takes that back.
/// </remarks>
internal static class Signals
{
    private static readonly string[] Reset = ["env", "--default-signal=INT"];
    private static readonly bool AreIgnored = IgnoresInterrupts();

    /// <summary>What has to stand before a command for it to hear interrupts.</summary>
    public static IReadOnlyList<string> Prefix { get; } = AreIgnored && CanReset() ? Reset : [];

    [SupportedOSPlatformGuard("linux")]
    [SupportedOSPlatformGuard("macos")]
    public static bool Exist => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    public static void SkipWithout()
    {
        Assert.SkipUnless(Exist, "there is no kill(1) to send signals with");
        Assert.SkipWhen(AreIgnored && Prefix.Count == 0, "this process was started with SIGINT ignored, and env(1) cannot take that back");
    }

    public static void Send(string signal, Process process)
    {
        new Tool("kill").Run($"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A variable with which the framework opens no pipe of its own that debuggers may come through.</summary>
    public static (string Name, string Value) Quiet => ("DOTNET_EnableDiagnostics", "0");

    /// <summary>Whether as many threads of a process wait in one of some functions of the kernel; true where the system does not tell.</summary>
    public static bool AreWaiting(Process process, int count, params string[] functions)
    {
        // Of the process that asks some threads always wait; one that has just begun may have none.
        return PlacesOf(Environment.ProcessId).All(static p => p is "" or "0") || PlacesOf(process.Id).Count(functions.Contains) >= count;
    }

    private static string[] PlacesOf(int process) => Directory.Exists("/proc/self/task")
        ? [.. Directory.GetDirectories($"/proc/{process}/task").Select(static t => Path.Combine(t, "wchan")).Where(File.Exists).Select(File.ReadAllText)]
        : [];

    private static bool IgnoresInterrupts()
    {
        const string Field = "SigIgn:";
        const ulong Interrupt = 1UL << 1;
        string? line = File.Exists("/proc/self/status")
            ? File.ReadLines("/proc/self/status").FirstOrDefault(static l => l.StartsWith(Field, StringComparison.Ordinal))
            : null;
        return line is not null
            && (ulong.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Interrupt) != 0;
    }

    private static bool CanReset() => new Tool(Reset[0]) is { Exists: true } env && env.Try(Reset[1], "true").ExitCode == 0;
}
