using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace VmaTools.Tests.Digests;

/// <summary>A manifest proves every byte, says what it is of, and is never taken for what it is not.</summary>
public sealed class ManifestTests : IDisposable
{
    private const string Name = "vzdump-qemu-101-2026_11_20-02_00_03";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_states_what_the_archive_holds()
    {
        VmaManifest made = VmaManifest.Create(Corpus.PathOf(Name), new VmaHashOptions { Algorithms = ["SHA256", "SHA1"] });
        string path = Path.Combine(_folder.FullName, "new", "m.json");
        made.Save(path);

        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
        JsonElement archive = json.RootElement.GetProperty("archive");
        byte[] bytes = Corpus.Bytes(Name);
        Assert.Equal(Name + ".vma", archive.GetProperty("fileName").GetString());
        Assert.Equal(bytes.Length, archive.GetProperty("length").GetInt64());
        Assert.Equal(File.GetLastWriteTimeUtc(Corpus.PathOf(Name)), archive.GetProperty("lastWriteTime").GetDateTime());
        Assert.Equal(Convert.ToHexString(SHA256.HashData(bytes)), archive.GetProperty("digests").GetProperty("SHA256").GetString());
        Assert.Equal(Convert.ToHexString(SHA1.HashData(bytes)), archive.GetProperty("digests").GetProperty("SHA1").GetString());
        Assert.Equal(
            Corpus.Devices(Name).Select(static d => (d.Id, d.Name, d.Size, d.Digest)),
            json.RootElement.GetProperty("devices").EnumerateArray().Select(static d => (
                d.GetProperty("id").GetInt32(),
                d.GetProperty("name").GetString()!,
                d.GetProperty("size").GetInt64(),
                d.GetProperty("digests").GetProperty("SHA256").GetString()!.ToLowerInvariant())));
        Assert.Equal(
            Corpus.ConfigDigests(Name).OrderBy(static c => c.Key).Select(static c => (c.Key, c.Value)),
            json.RootElement.GetProperty("configs").EnumerateArray().Select(static c => (
                c.GetProperty("name").GetString()!,
                c.GetProperty("digests").GetProperty("SHA256").GetString()!.ToLowerInvariant())).OrderBy(static c => c.Item1));

        VmaManifest read = VmaManifest.Load(path);
        Assert.Equal(made.ToJson(), read.ToJson());
        Assert.Equal(DateTimeKind.Utc, read.Created.Kind);
        Assert.InRange(DateTime.UtcNow - read.Created, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void One_that_is_right_of_the_file_and_wrong_of_a_device_proves_nothing()
    {
        VmaManifest made = VmaManifest.Create(Corpus.PathOf(Name));
        string digest = Corpus.Devices(Name)[1].Digest.ToUpperInvariant();
        string path = _folder.File("other.json");
        File.WriteAllText(path, made.ToJson().Replace(digest, new string('0', digest.Length), StringComparison.Ordinal));
        VmaTestResult result = VmaArchiveTest.Run(Corpus.PathOf(Name), new VmaTestOptions { Manifest = VmaManifest.Load(path) });
        Assert.False(result.IsValid);
        Assert.NotEqual(VmaDataProof.Manifest, result.DataProof);
        Assert.Contains(result.Findings, static f => (f.Code, f.Device) == (VmaCodes.ManifestMismatch, Corpus.Devices(Name)[1].Name));
    }

    [Fact]
    public void One_by_an_unknown_algorithm_is_told_in_words_of_ours()
    {
        string path = _folder.File("unknown.json");
        JsonNode manifest = JsonNode.Parse(VmaManifest.Create(Corpus.PathOf(Name)).ToJson())!;
        manifest["archive"]!["digests"] = new JsonObject { ["SHA\u001b56"] = "00" };
        File.WriteAllText(path, manifest.ToJsonString());
        VmaException error = Assert.Throws<VmaException>(
            () => VmaArchiveTest.Run(Corpus.PathOf(Name), new VmaTestOptions { Manifest = VmaManifest.Load(path) }));
        Assert.Equal(VmaCodes.ManifestInvalid, error.Code);
        Assert.EndsWith("'SHA\\u001b56', which is not known here.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_made_on_the_side_of_an_export_is_the_same()
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(Name));
        using VmaManifestBuilder builder = new();
        VmaExport export = new(archive, new VmaExportOptions());
        export.Add(archive.Devices[0], Path.Combine(_folder.FullName, "disk.raw"));
        Assert.Throws<InvalidOperationException>(() => builder.Conclude(null!));
        VmaManifest made = builder.Conclude(export.Run(sinks: [builder.Begin(archive)]).Pass);
        VmaManifest own = VmaManifest.Create(Corpus.PathOf(Name));
        Assert.Equal(own.Devices.SelectMany(static d => d.Digests).Select(static d => d.Hash), made.Devices.SelectMany(static d => d.Digests).Select(static d => d.Hash));
        Assert.Equal(own.Configs.SelectMany(static d => d.Digests).Select(static d => d.Hash), made.Configs.SelectMany(static d => d.Digests).Select(static d => d.Hash));
        Assert.Equal(own.Digests.Select(static d => d.Hash), made.Digests.Select(static d => d.Hash));
    }

    [Fact]
    public void A_sound_archive_is_proven()
    {
        VmaTestResult result = Test(Corpus.Bytes(Name));
        Assert.True(result.IsValid);
        Assert.Equal(VmaDataProof.Manifest, result.DataProof);
        Assert.DoesNotContain(result.Findings, static f => f.Severity == VmaSeverity.Error);
        Assert.DoesNotContain(result.Findings, static f => f.Code.StartsWith("Manifest", StringComparison.Ordinal));
    }

    [Fact]
    public void A_flipped_bit_in_plain_data_is_seen()
    {
        VmaTestResult result = Test(Corpus.Damaged("data-bitflip.vma"));
        Assert.False(result.IsValid);
        Assert.Equal(VmaDataProof.None, result.DataProof);
        VmaFinding error = Assert.Single(result.Findings, static f => f.Severity == VmaSeverity.Error);
        Assert.Equal((VmaCodes.ManifestMismatch, "drive-scsi0", 2), (error.Code, error.Device, error.DeviceId));
        Assert.Equal([true, false, true, true], result.Devices.Select(static d => d.IsWhole));
    }

    [Fact]
    public void Every_bit_of_the_archive_counts()
    {
        // The tail of the first device's last block lies beyond its end: nobody reads it, and yet the file is another.
        ArchiveForge forge = new ArchiveForge().Device(1, "a", 65536 + 512).Config("c", "text").Extent(static e => e.Cluster(1, 0).Cluster(1, 1, 1));
        byte[] archive = forge.Build();
        VmaManifest manifest = Manifest(archive);
        archive[^1] ^= 1;
        VmaTestResult result = Test(archive, manifest);
        Assert.True(result.IsValid);
        Assert.Equal(VmaDataProof.Manifest, result.DataProof);
        Assert.Single(result.Findings, static f => f.Code == VmaCodes.ManifestMismatch);
    }

    [Fact]
    public void Another_archive_is_told()
    {
        VmaTestResult result = Test(Corpus.Bytes("vmstate"), VmaManifest.Create(Corpus.PathOf(Name)));
        Assert.False(result.IsValid);
        Assert.Contains(result.Findings, static f => f.Code == VmaCodes.ManifestItemsDiffer && f.Message.Contains("uuid", StringComparison.Ordinal));
    }

    [Fact]
    public void A_changed_config_is_told()
    {
        ArchiveForge Forge(string text) => new ArchiveForge().Config("qemu-server.conf", text).Device(1, "a", 65536).Extent(static e => e.Cluster(1, 0));
        VmaTestResult result = Test(Forge("cores: 2").Build(), Manifest(Forge("cores: 1").Build()));
        VmaFinding error = Assert.Single(result.Findings, static f => f.Severity == VmaSeverity.Error);
        Assert.Equal(VmaCodes.ManifestMismatch, error.Code);
        Assert.Contains("qemu-server.conf", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cut-at-extent.vma")]
    [InlineData("extent-twice.vma")]
    [InlineData("cluster-far-beyond.vma")]
    public void A_damaged_archive_gets_none(string variant)
    {
        VmaException error = Assert.ThrowsAny<VmaException>(() => Manifest(Corpus.Damaged(variant)));
        Assert.Equal(VmaCodes.ArchiveDamaged, error.Code);
    }

    [Fact]
    public void An_existing_file_stays()
    {
        string path = _folder.File("m.json");
        File.WriteAllText(path, "mine");
        VmaManifest manifest = VmaManifest.Create(Corpus.PathOf("nodisk"));
        Assert.Equal(VmaCodes.TargetExists, Assert.ThrowsAny<VmaException>(() => manifest.Save(path)).Code);
        Assert.Equal("mine", File.ReadAllText(path));
        manifest.Save(path, force: true);
        Assert.Equal(manifest.Uuid, VmaManifest.Load(path).Uuid);
        Assert.Single(Directory.GetFiles(_folder.FullName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1, 2]")]
    [InlineData("{\"schema\": \"VmaTools manifest\", \"schemaVersion\": 2}")]
    [InlineData("{\"schema\": \"VmaTools manifest\", \"schemaVersion\": 1}")]
    [InlineData("{\"schema\": \"VmaTools manifest\", \"schemaVersion\": 1, \"archive\": 1.5}")]
    [InlineData("{\"schema\": \"VmaTools manifest\" \"schemaVersion\": 1}")]
    public void What_is_no_manifest_is_refused(string text)
    {
        string path = _folder.File("m.json");
        File.WriteAllText(path, text);
        VmaException error = Assert.ThrowsAny<VmaException>(() => VmaManifest.Load(path));
        Assert.Equal((VmaCodes.ManifestInvalid, path), (error.Code, error.Path));
    }

    [Fact]
    public void No_mutation_of_a_manifest_gets_through_unnoticed_or_ends_in_a_crash()
    {
        string good = VmaManifest.Create(Corpus.PathOf("vmstate")).ToJson();
        string path = _folder.File("m.json");
        Random random = new(5);
        for (int i = 0; i < 400; i++)
        {
            char[] text = good.ToCharArray();
            text[random.Next(text.Length)] = (char)random.Next(1, 127);
            File.WriteAllText(path, random.Next(4) == 0 ? new string(text, 0, random.Next(text.Length)) : new string(text));
            try
            {
                VmaManifest.Load(path);
            }
            catch (VmaException exception)
            {
                Assert.Equal(VmaCodes.ManifestInvalid, exception.Code);
            }
        }
    }

    private VmaTestResult Test(byte[] archive, VmaManifest? manifest = null)
    {
        string path = _folder.File(Name + ".vma");
        File.WriteAllBytes(path, archive);
        return VmaArchiveTest.Run(path, new VmaTestOptions { Manifest = manifest ?? VmaManifest.Create(Corpus.PathOf(Name)) });
    }

    private VmaManifest Manifest(byte[] archive)
    {
        string path = _folder.File("source.vma");
        File.WriteAllBytes(path, archive);
        return VmaManifest.Create(path);
    }
}
