using System;
using System.IO;
using System.Threading.Tasks;

namespace VmaTools.PowerShell.Tests;

/// <summary>One run of all Pester suites in real PowerShell, on the staged module.</summary>
/// <remarks>Pester is a package that is downloaded here, or what is installed.</remarks>
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
        (string[] shell, string? reason) = await Shell.Command;
        if (reason is not null)
        {
            return reason;
        }

        // Where it cannot be downloaded, one may be there all the same: the suites' runner looks for it.
        (int downloaded, string download) = await Shell.Run(["dotnet", "restore", Path.Combine(Fixtures.Root, "tools", "Pester.csproj")], Patience);
        if (Directory.Exists(Results))
        {
            Directory.Delete(Results, recursive: true);
        }

        (int exitCode, Output) = await Shell.Run(
            [.. shell, "-NoLogo", "-NoProfile", "-NonInteractive", "-File", Path.Combine(Suites, "Run.ps1"), "-ResultFolder", Results], Patience);
        return exitCode == NoPester ? Output + (downloaded == 0 ? string.Empty : download) : null;
    }
}
