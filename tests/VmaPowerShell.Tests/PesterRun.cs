using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using VmaTools.Tests;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>One run of all Pester suites in real PowerShell, on the staged module.</summary>
public sealed class PesterRun
{
    // tests/Pester/Run.ps1 ends with it where there is no Pester to run.
    private const int NoPester = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(9);

    private readonly Lazy<Task<string?>> _run = new(RunAll);

    public static string Suites => Path.Combine(Fixtures.Root, "tests", "Pester");

    public static string Results => Path.Combine(Fixtures.Root, "artifacts", "pester");

    /// <summary>What the process wrote.</summary>
    public static string Output { get; private set; } = string.Empty;

    /// <summary>Runs the suites, once.</summary>
    /// <returns>Why they could not be run, or null.</returns>
    public Task<string?> Completion => _run.Value;

    private static async Task<string?> RunAll()
    {
        if (FindPowerShell() is not string program)
        {
            return "pwsh (PowerShell 7) not found on PATH";
        }

        if (Directory.Exists(Results))
        {
            Directory.Delete(Results, recursive: true);
        }

        ProcessStartInfo start = new(program, ["-NoLogo", "-NoProfile", "-NonInteractive", "-File", Path.Combine(Suites, "Run.ps1"), "-ResultFolder", Results])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Fixtures.Root,
        };
        start.Environment["NO_COLOR"] = "1";
        start.Environment["TERM"] = "dumb";
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }

        Output = await output + await error;
        return process.ExitCode == NoPester ? "Pester 5 or later not found by pwsh (Install-PSResource Pester)" : null;
    }

    private static string? FindPowerShell() => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(static folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh"))
        .FirstOrDefault(File.Exists);
}
