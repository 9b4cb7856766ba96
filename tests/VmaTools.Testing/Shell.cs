using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace VmaTools.Testing;

/// <summary>
/// The PowerShell of the tests: the tool of the repository's manifest, restored here; or the program that VMATOOLS_PWSH names.
/// </summary>
public static class Shell
{
    private static readonly Lazy<Task<(string[] Command, string? Reason)>> Found = new(Find);

    /// <summary>The command that starts it from any folder and with any environment, or why there is none.</summary>
    public static Task<(string[] Command, string? Reason)> Command => Found.Value;

    /// <summary>Runs a command in the repository's root.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="patience">After which it is ended.</param>
    /// <param name="prepare">Says what is to be different.</param>
    public static async Task<(int ExitCode, string Output)> Run(IEnumerable<string> command, TimeSpan patience, Action<ProcessStartInfo>? prepare = null)
    {
        ProcessStartInfo start = new(command.First(), command.Skip(1))
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
        prepare?.Invoke(start);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        return (process.ExitCode, await output + await error);
    }

    private static async Task<(string[] Command, string? Reason)> Find()
    {
        TimeSpan patience = TimeSpan.FromMinutes(5);
        string[] shell = ["dotnet", "tool", "run", "pwsh", "--"];
        if (Environment.GetEnvironmentVariable("VMATOOLS_PWSH") is { Length: > 0 } named)
        {
            shell = [named];
        }
        else if (await Run(["dotnet", "tool", "restore"], patience) is { ExitCode: not 0 } restore)
        {
            return ([], $"PowerShell could not be restored: {restore.Output}");
        }

        string script = Path.Combine(Fixtures.Root, "tools", "Shell.ps1").Replace("'", "''", StringComparison.Ordinal);
        (int exitCode, string output) = await Run([.. shell, "-NoProfile", "-NonInteractive", "-Command", $". '{script}'; Get-ShellCommand"], patience);
        return exitCode == 0
            ? ([.. output.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(File.Exists)], null)
            : ([], $"PowerShell does not run: {output}");
    }
}
