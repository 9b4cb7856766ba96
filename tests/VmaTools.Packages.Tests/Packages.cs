using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Xunit;

[assembly: AssemblyFixture(typeof(VmaTools.Packages.Tests.Packages))]

namespace VmaTools.Packages.Tests;

/// <summary>
/// What <c>build.ps1 -Task Package</c> makes of the sources as they are, in a clone of its own at a place that nothing else is built at.
/// The programs are left out, as they take as long as everything else together.
/// </summary>
public sealed class Packages : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly TempFolder _root = new();

    /// <summary>The version that the module's manifest tells.</summary>
    public static string Version { get; } = Regex.Match(
        File.ReadAllText(Path.Combine(Fixtures.Root, "VmaTools.psd1")), @"^\s*ModuleVersion\s*=\s*'([^']+)'", RegexOptions.Multiline).Groups[1].Value;

    /// <summary>What <c>build.ps1 -Task Package</c> made of this commit before, programs included, where VMATOOLS_PACKAGES tells of it.</summary>
    public static string? Earlier => Environment.GetEnvironmentVariable("VMATOOLS_PACKAGES") is { Length: > 0 } folder ? Path.GetFullPath(folder, Fixtures.Root) : null;

    /// <summary>The folder that was cloned into.</summary>
    public string Clone => Path.Combine(_root.FullName, "a place of its own", "clone");

    public string Folder => Path.Combine(Clone, "out", "package");

    /// <summary>Why there are none, or null.</summary>
    private string? Reason { get; set; }

    public void SkipIfMissing() => Assert.SkipWhen(Reason is not null, Reason ?? string.Empty);

    public async ValueTask InitializeAsync()
    {
        (string[] shell, Reason) = await Shell.Command;
        if (Reason is null && !await IsClone())
        {
            Reason = "the sources are in no clone that git takes: packages tell of which commit they are";
        }

        if (Reason is not null)
        {
            return;
        }

        await Run("git", "clone", "--quiet", "--no-hardlinks", Fixtures.Root, Clone);

        // Links to sources come from where the repository is published.
        string url = Regex.Match(await File.ReadAllTextAsync(Path.Combine(Clone, "Directory.Build.props")), "<RepositoryUrl>(.*?)</RepositoryUrl>").Groups[1].Value;
        await Run("git", "-C", Clone, "remote", "set-url", "origin", url);
        await CopyChanges();
        await Run([.. shell, "-NoProfile", "-NonInteractive", "-Command", $"& '{Path.Combine(Clone, "build.ps1")}' -Task Package -ProgramSystem @()"]);
    }

    public ValueTask DisposeAsync()
    {
        // Git makes its files read-only, which counts on Windows.
        foreach (FileInfo file in new DirectoryInfo(_root.FullName).EnumerateFiles("*", SearchOption.AllDirectories).Where(static f => f.IsReadOnly))
        {
            file.IsReadOnly = false;
        }

        _root.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<bool> IsClone()
    {
        try
        {
            return (await Shell.Run(["git", "rev-parse", "HEAD"], Patience)).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static async Task<string> Run(params string[] command)
    {
        (int exitCode, string output) = await Shell.Run(command, Patience, Prepare);
        Assert.True(exitCode == 0, $"{string.Join(' ', command)} ended with {exitCode}.\n{output}");
        return output;
    }

    // What analyzers say is said where the sources are at home.
    private static void Prepare(ProcessStartInfo start) => start.Environment["RunAnalyzers"] = "false";

    /// <summary>What is not committed yet is tested, too.</summary>
    private async Task CopyChanges()
    {
        string changed = await Run("git", "-C", Fixtures.Root, "ls-files", "--modified", "--others", "--exclude-standard", "-z");
        foreach (string name in changed.Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct())
        {
            string source = Path.Combine(Fixtures.Root, name);
            string target = Path.Combine(Clone, name);
            if (!File.Exists(source))
            {
                File.Delete(target);
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target, overwrite: true);
        }
    }
}
