using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Packages.Tests;

/// <summary>Each package is installed from a folder by somebody who has nothing else, and does there what it is for.</summary>
public sealed class InstallTests : IDisposable
{
    private const string Sample = "vzdump-qemu-101-2026_11_20-02_00_03";

    private readonly Packages _packages;
    private readonly CleanProfile _profile;

    public InstallTests(Packages packages)
    {
        _packages = packages;
        packages.SkipIfMissing();
        _profile = new CleanProfile();
    }

    private static string Backup => Path.Combine(Fixtures.Root, "samples", Sample + ".vma.zst");

    public void Dispose() => _profile.Dispose();

    [Fact]
    public async Task The_tool_lists_and_extracts()
    {
        string vma = await InstallTool();
        string[] lines = (await _profile.Run(vma, "list", Backup)).Split('\n');
        Assert.All(Corpus.Devices(Sample), d => Assert.Contains($"DEV: dev_id={d.Id} size: {d.Size} devname: {d.Name}", lines));
        await _profile.Run(vma, "extract", Backup, _profile.File("disks"));
        AssertDisks(_profile.File("disks"), "disk-");
    }

    [Fact]
    public async Task The_library_runs_the_example_of_its_README()
    {
        string root = Directory.CreateDirectory(_profile.File("root/etc")).FullName;
        await File.WriteAllTextAsync(Path.Combine(root, "hosts"), "127.0.0.1 localhost\n");
        string disk = _profile.File("disk.raw");
        new Tool("mke2fs").Run("-q", "-t", "ext4", "-d", _profile.File("root"), disk, "8M");
        string archive = _profile.File("made.vma.zst");

        // The encoder's own example makes the archive that the library's reads.
        await Compile("encoder", "VmaTools.Zstandard", [_packages.Folder, PackagesOfOthers()]);
        await _profile.Run("dotnet", Program("encoder"), disk, archive);
        await Compile("library", "VmaTools", [_packages.Folder]);
        Assert.Equal(
            "Valid: Checksum\ndrive-scsi0: 8388608 bytes\n127.0.0.1 localhost\n", await _profile.Run("dotnet", Program("library"), archive));
    }

    [Fact]
    public async Task The_module_is_installed_from_a_repository_and_exports()
    {
        (string[] shell, _) = await Shell.Command;
        string repository = Directory.CreateDirectory(_profile.File("gallery")).FullName;
        string module = Path.Combine(_packages.Folder, "VmaTools", Packages.Version);
        string output = await _profile.Run([.. shell, "-NoProfile", "-NonInteractive", "-Command", $"""
            $ErrorActionPreference = 'Stop'
            Register-PSResourceRepository -Name Local -Uri '{repository}' -Trusted
            Publish-PSResource -Path '{module}' -Repository Local
            Install-PSResource VmaTools -Repository Local -Scope CurrentUser
            Get-VmaDevice '{Backup}' | Export-VmaDevice '{_profile.File("disks")}'
            (Get-Module VmaTools).Path
            """]);
        Assert.StartsWith(Path.GetFullPath(_profile.File("home")), output.Trim().Split('\n')[^1], StringComparison.OrdinalIgnoreCase);
        AssertDisks(_profile.File("disks"), string.Empty);
    }

    [Fact]
    public async Task The_zip_of_the_module_exports_where_it_is_unpacked()
    {
        (string[] shell, _) = await Shell.Command;
        string modules = _profile.File("modules");
        ZipFile.ExtractToDirectory(Path.Combine(_packages.Folder, $"VmaTools-{Packages.Version}.zip"), modules);
        await _profile.Run([.. shell, "-NoProfile", "-NonInteractive", "-Command", $"""
            $ErrorActionPreference = 'Stop'
            $env:PSModulePath = '{modules}' + [IO.Path]::PathSeparator + $env:PSModulePath
            Get-VmaDevice '{Backup}' | Export-VmaDevice '{_profile.File("disks")}'
            """]);
        AssertDisks(_profile.File("disks"), string.Empty);
    }

    [Fact]
    public async Task The_program_needs_no_NET()
    {
        Assert.SkipWhen(Packages.Earlier is null, "programs are not made here: VMATOOLS_PACKAGES names a folder that has them");
        string zip = Path.Combine(Packages.Earlier!, $"vma-{Packages.Version}-{RuntimeInformation.RuntimeIdentifier}.zip");
        Assert.SkipUnless(File.Exists(zip), $"there is none for {RuntimeInformation.RuntimeIdentifier}");
        ZipFile.ExtractToDirectory(zip, _profile.File("program"));
        string vma = Directory.GetFiles(_profile.File("program"), OperatingSystem.IsWindows() ? "vma.exe" : "vma", SearchOption.AllDirectories).Single();
        await _profile.Run(vma, "extract", Backup, _profile.File("disks"));
        AssertDisks(_profile.File("disks"), "disk-");
    }

    private static void AssertDisks(string folder, string prefix)
    {
        foreach ((string name, _, _, string digest) in Corpus.Devices(Sample))
        {
            using FileStream disk = File.OpenRead(Path.Combine(folder, $"{prefix}{name}.raw"));
            Assert.Equal(digest, Corpus.Hex(SHA256.HashData(disk)));
        }
    }

    /// <summary>What the packages refer to was restored when they were built; a folder of restored packages is a source as well.</summary>
    private static string PackagesOfOthers() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>By the command that the README of the repository gives.</summary>
    private async Task<string> InstallTool()
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Fixtures.Root, "README.md"));
        string command = Regex.Match(readme, "`dotnet (tool install --global VmaTools.Cli --source out/package)`").Groups[1].Value;
        Assert.NotEmpty(command);
        await _profile.Run(["dotnet", .. command.Split(' ').Select(a => a == "out/package" ? _packages.Folder : a)]);
        return Path.Combine(_profile.File("home"), ".dotnet", "tools", OperatingSystem.IsWindows() ? "vma.exe" : "vma");
    }

    private string Program(string name) => Path.Combine(_profile.Here, name, "out", name + ".dll");

    /// <summary>Makes a program of the example in a package's README, word for word, with that package and no other.</summary>
    private async Task Compile(string name, string package, string[] sources)
    {
        _profile.UsePackages(sources);
        string readme = (await File.ReadAllTextAsync(Path.Combine(Fixtures.Root, "src", package, "README.md"))).ReplaceLineEndings("\n");
        string folder = Directory.CreateDirectory(Path.Combine(_profile.Here, name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), Regex.Match(readme, "```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value);
        string framework = "net" + Regex.Match(await _profile.Run("dotnet", "--version"), @"\d+").Value + ".0";
        await File.WriteAllTextAsync(Path.Combine(folder, name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>{framework}</TargetFramework>
                <UseAppHost>false</UseAppHost>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{package}" Version="{Packages.Version}" />
              </ItemGroup>
            </Project>
            """);
        await _profile.Run("dotnet", "build", folder, "--output", Path.Combine(folder, "out"));
    }
}
