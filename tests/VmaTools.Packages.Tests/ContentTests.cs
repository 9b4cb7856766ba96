using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Reflection.Metadata;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using System.Xml.Linq;
using Xunit;

namespace VmaTools.Packages.Tests;

/// <summary>What is in the packages, and that the same sources give the same packages wherever they are built.</summary>
public sealed class ContentTests
{
    private static readonly string[] Ids = ["VmaTools", "VmaTools.Zstandard", "VmaTools.Argon2", "VmaTools.Cli"];

    // Kind of the custom debug information that holds the links to sources, from the specification of portable PDBs.
    private static readonly Guid SourceLink = new("cc110556-a091-4d38-9fec-25ab9a351a6a");

    private readonly Packages _packages;

    public ContentTests(Packages packages)
    {
        _packages = packages;
        packages.SkipIfMissing();
    }

    public static TheoryData<string> PackageIds => [.. Ids];

    [Fact]
    public void These_are_made_and_no_others()
    {
        string version = Packages.Version;
        Assert.Equal(
            [
                $"VmaTools-{version}.cdx.json", $"VmaTools-{version}.zip",
                .. Ids.SelectMany(i => new[] { $"{i}.{version}.nupkg", $"{i}.{version}.snupkg" }).Order(StringComparer.Ordinal),
            ],
            Directory.GetFiles(_packages.Folder).Select(static f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal(Path.Combine(_packages.Folder, "VmaTools", version), Assert.Single(Directory.GetDirectories(Path.Combine(_packages.Folder, "VmaTools"))));
    }

    [Theory]
    [MemberData(nameof(PackageIds))]
    public async Task Tells_what_it_is_and_of_which_commit(string id)
    {
        Dictionary<string, byte[]> files = Read($"{id}.{Packages.Version}.nupkg");
        XElement metadata = XDocument.Load(new MemoryStream(files[id + ".nuspec"])).Root!.Elements().First();
        string? Value(string name) => metadata.Elements().SingleOrDefault(e => e.Name.LocalName == name)?.Value;
        Assert.Equal(Packages.Version, Value("version"));
        Assert.Equal("MIT", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Fixtures.Root, "src", id, "README.md")), files["README.md"]);
        string commit = (await Shell.Run(["git", "rev-parse", "HEAD"], TimeSpan.FromMinutes(1))).Output.Trim();
        XElement repository = metadata.Elements().Single(static e => e.Name.LocalName == "repository");
        Assert.Equal(commit, (string?)repository.Attribute("commit"));

        // The same commit is on any number of branches.
        Assert.Equal(["commit", "type", "url"], repository.Attributes().Select(static a => a.Name.LocalName).Order(StringComparer.Ordinal));
        Assert.All(files.Keys.Where(static n => n.StartsWith("lib/", StringComparison.Ordinal) && n.EndsWith(".dll", StringComparison.Ordinal)), n => Assert.Contains(Path.ChangeExtension(n, ".xml"), files.Keys));
    }

    [Theory]
    [MemberData(nameof(PackageIds))]
    public void Symbols_lead_to_the_sources(string id)
    {
        Dictionary<string, byte[]> files = Read($"{id}.{Packages.Version}.snupkg");
        KeyValuePair<string, byte[]>[] symbols = [.. files.Where(static f => f.Key.EndsWith(".pdb", StringComparison.Ordinal))];
        Assert.NotEmpty(symbols);
        Assert.All(symbols, static s =>
        {
            using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(s.Value));
            MetadataReader reader = provider.GetMetadataReader();
            CustomDebugInformation link = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation).Single(i => reader.GetGuid(i.Kind) == SourceLink);
            using JsonDocument map = JsonDocument.Parse(reader.GetBlobBytes(link.Value));
            JsonProperty root = Assert.Single(map.RootElement.GetProperty("documents").EnumerateObject());
            Assert.Equal("/_/*", root.Name);
            Assert.StartsWith("https://raw.githubusercontent.com/", root.Value.GetString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Nothing_tells_where_it_was_built()
    {
        byte[][] places = [.. new[] { _packages.Clone, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + Path.DirectorySeparatorChar }.SelectMany(static p => new[] { Encoding.UTF8.GetBytes(p), Encoding.Unicode.GetBytes(p) })];
        foreach (string package in Directory.GetFiles(_packages.Folder))
        {
            Dictionary<string, byte[]> files = Path.GetExtension(package) == ".json"
                ? new() { [string.Empty] = File.ReadAllBytes(package) }
                : Read(Path.GetFileName(package));
            Assert.All(files, f => Assert.False(Array.Exists(places, p => f.Value.AsSpan().IndexOf(p) >= 0), $"{Path.GetFileName(package)}: {f.Key} has a path of this machine in it."));
        }
    }

    [Fact]
    public void The_bill_of_materials_lists_what_the_tool_brings_of_others()
    {
        using JsonDocument bill = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_packages.Folder, $"VmaTools-{Packages.Version}.cdx.json")));
        Assert.Equal("CycloneDX", bill.RootElement.GetProperty("bomFormat").GetString());
        string[] listed = [.. bill.RootElement.GetProperty("components").EnumerateArray().Select(static c => c.GetProperty("name").GetString()!)];
        string[] brought = [.. Read($"VmaTools.Cli.{Packages.Version}.nupkg").Keys.Where(static n => n.EndsWith(".dll", StringComparison.Ordinal))
            .Select(static n => Path.GetFileNameWithoutExtension(n)).Where(static n => n != "vma" && !n.StartsWith("VmaTools", StringComparison.Ordinal))
            .Select(static n => n == "ZstdSharp" ? "ZstdSharp.Port" : n)];
        Assert.NotEmpty(brought);
        Assert.All(brought, n => Assert.Contains(n, listed));
    }

    [Fact]
    public void The_same_commit_gives_the_same_bytes()
    {
        Assert.SkipWhen(Packages.Earlier is null, "VMATOOLS_PACKAGES names no packages of this commit that were made before");
        Assert.All(Directory.GetFiles(_packages.Folder), f => Assert.True(
            File.ReadAllBytes(f).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Packages.Earlier!, Path.GetFileName(f)))), Path.GetFileName(f)));
    }

    private Dictionary<string, byte[]> Read(string package)
    {
        using ZipArchive zip = ZipFile.OpenRead(Path.Combine(_packages.Folder, package));
        Dictionary<string, byte[]> files = [];
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            using Stream stream = entry.Open();
            using MemoryStream bytes = new();
            stream.CopyTo(bytes);
            files.Add(entry.FullName, bytes.ToArray());
        }

        return files;
    }
}
