using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Security;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Packages.Tests;

/// <summary>Somebody who has the .NET SDK and nothing else: no packages, no tools, no modules, no settings.</summary>
internal sealed class CleanProfile : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // What the tests' own environment would tell it.
    private static readonly string[] Told = ["VMATOOLS_", "NUGET_", "NuGet", "MSB", "MSBUILD", "XDG_", "PSModule", "CONTINUOUS"];

    private readonly TempFolder _root = new();

    /// <summary>A folder to work in.</summary>
    public string Here { get; }

    public CleanProfile() => Here = Directory.CreateDirectory(File("work")).FullName;

    public string File(string relative) => Path.Combine(_root.FullName, relative);

    /// <summary>Packages come from these folders only.</summary>
    public void UsePackages(params string[] folders)
    {
        string sources = string.Concat(folders.Select(static (f, i) => $"<add key=\"s{i}\" value=\"{SecurityElement.Escape(f)}\" />"));
        System.IO.File.WriteAllText(
            Path.Combine(Here, "NuGet.config"),
            $"<configuration><packageSources><clear />{sources}</packageSources><fallbackPackageFolders><clear /></fallbackPackageFolders></configuration>");
    }

    /// <summary>Runs a program to its end and gives what it writes; anything but exit code 0 fails the test with that.</summary>
    public async Task<string> Run(params string[] command)
    {
        (int exitCode, string output) = await Shell.Run(command, Patience, Prepare);
        Assert.True(exitCode == 0, $"{string.Join(' ', command)} ended with {exitCode}.\n{output}");
        return output.ReplaceLineEndings("\n");
    }

    public void Dispose() => _root.Dispose();

    private void Prepare(ProcessStartInfo start)
    {
        start.WorkingDirectory = Here;
        foreach (string name in start.Environment.Keys.Where(static k => Told.Any(t => k.StartsWith(t, StringComparison.OrdinalIgnoreCase))).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (string name in new[] { "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "DOTNET_CLI_HOME" })
        {
            start.Environment[name] = Directory.CreateDirectory(File("home")).FullName;
        }

        start.Environment["NUGET_PACKAGES"] = File("packages");
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false";

        // Servers that stay behind keep open what they have loaded.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
    }
}
