using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace VmaTools.PowerShell.Tests;

/// <summary>One run of all Pester suites in real PowerShell, on the staged module.</summary>
/// <remarks>
/// PowerShell is the tool of the repository's manifest, restored here; or the program that VMATOOLS_PWSH names.
/// Pester is a package that is downloaded here, or what is installed.
/// </remarks>
public sealed class PesterRun
{
    // tests/Pester/Run.ps1 ends with it where there is no Pester to run.
    private const int NoPester = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(12);

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
        string[] shell = ["dotnet", "tool", "run", "pwsh", "--"];
        if (Environment.GetEnvironmentVariable("VMATOOLS_PWSH") is { Length: > 0 } named)
        {
            shell = [named];
        }
        else if (await Run(["dotnet", "tool", "restore"]) is { ExitCode: not 0 } restore)
        {
            return $"PowerShell could not be restored: {restore.Output}";
        }

        // Where it cannot be downloaded, one may be there all the same: the suites' runner looks for it.
        (int downloaded, string download) = await Run(["dotnet", "restore", Path.Combine(Fixtures.Root, "tools", "Pester.csproj")]);
        if (Directory.Exists(Results))
        {
            Directory.Delete(Results, recursive: true);
        }

        (int exitCode, Output) = await Run([.. shell, "-NoLogo", "-NoProfile", "-NonInteractive", "-File", Path.Combine(Suites, "Run.ps1"), "-ResultFolder", Results]);
        return exitCode == NoPester ? Output + (downloaded == 0 ? string.Empty : download) : null;
    }

    private static async Task<(int ExitCode, string Output)> Run(string[] command)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1))
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
            await process.WaitForExitAsync();
        }

        return (process.ExitCode, await output + await error);
    }
}
