using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>Manifests that were changed, as bytes or as what they say: one that loads proves nothing but what the archive's own one would.</summary>
internal sealed class Manifests : Kind
{
    private readonly string _archive;
    private readonly byte[] _sound;
    private readonly Dictionary<string, string[]> _truth;

    public Manifests()
    {
        _archive = Folder.File("archive.vma");
        File.WriteAllBytes(_archive, PlainArchives.Small().Build());
        VmaManifest manifest = VmaManifest.Create(_archive);
        _truth = manifest.Devices.ToDictionary(static d => d.Name, static d => d.Digests.Select(static h => h.ToString()).ToArray());
        manifest.Save(Folder.File("sound.json"));
        _sound = File.ReadAllBytes(Folder.File("sound.json"));
    }

    public override int Usual => 1_500;

    public override IReadOnlyList<string> Reached => ["proven", "not proven", VmaCodes.ManifestInvalid];

    public override string Try(int seed)
    {
        Random random = new(seed);
        string path = Folder.File("manifest.json");
        File.WriteAllBytes(path, random.Next(3) == 0 ? Mutator.Change(_sound, random) : Rewrite(random));
        VmaManifest manifest;
        try
        {
            manifest = VmaManifest.Load(path);
        }
        catch (VmaException exception)
        {
            return exception.Code;
        }

        VmaTestResult result;
        try
        {
            result = VmaArchiveTest.Run(_archive, new VmaTestOptions { Manifest = manifest });
        }
        catch (VmaException exception) when (exception.Code == VmaCodes.ManifestInvalid)
        {
            // Its digests are by an algorithm that there is not.
            Assert.Contains(manifest.Digests.DefaultIfEmpty(), static d => d?.Algorithm != VmaHashAlgorithm.Sha256);
            return "not held";
        }

        if (!result.IsValid || result.DataProof != VmaDataProof.Manifest)
        {
            return "not proven";
        }

        // Every device was proven, by digests that are true.
        Assert.All(manifest.Devices, static d => Assert.NotEmpty(d.Digests));
        Assert.Equal(_truth.Keys.Order(StringComparer.Ordinal), manifest.Devices.Select(static d => d.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.All(manifest.Devices, d => Assert.All(d.Digests, h => Assert.Contains(h.ToString(), _truth[d.Name], StringComparer.OrdinalIgnoreCase)));
        return "proven";
    }

    /// <summary>JSON all right, but something in it is another.</summary>
    private byte[] Rewrite(Random random)
    {
        JsonNode root = JsonNode.Parse(_sound)!;
        for (int i = random.Next(2); i >= 0; i--)
        {
            JsonNode[] nodes = [.. Descendants(root)];
            JsonNode node = nodes[random.Next(nodes.Length)];
            JsonNode? other = random.Next(16) switch
            {
                0 => null,
                1 => JsonValue.Create(Mutator.Number(node is JsonValue number && number.TryGetValue(out long usual) ? usual : 17, random)),
                2 => new JsonArray(),
                3 => new JsonObject(),
                4 => JsonValue.Create(new string('a', random.Next(100))),
                5 => nodes[random.Next(nodes.Length)].DeepClone(),
                _ when node is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 => JsonValue.Create(Change(text, random)),
                _ => JsonValue.Create(random.NextDouble() * 1e300),
            };
            switch (node.Parent)
            {
                case JsonObject container when random.Next(6) == 0:
                    container.Remove(node.GetPropertyName());
                    break;
                case JsonObject container:
                    container[node.GetPropertyName()] = other;
                    break;
                case JsonArray container when random.Next(3) == 0:
                    container.Add(node.DeepClone());
                    break;
                case JsonArray container:
                    container[node.GetElementIndex()] = other;
                    break;
            }
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    /// <summary>Mostly one that a digest or a time could have.</summary>
    private static string Change(string text, Random random)
    {
        int at = random.Next(text.Length);
        char other = random.Next(6) switch
        {
            0 => (char)random.Next(0xD800),
            1 => (char)random.Next(0x80),
            _ => "0123456789ABCDEF"[random.Next(16)],
        };
        return text[..at] + other + text[(at + 1)..];
    }

    private static IEnumerable<JsonNode> Descendants(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject container => container.Select(static p => p.Value),
            JsonArray container => container,
            _ => [],
        };
        return children.OfType<JsonNode>().SelectMany(static c => Descendants(c).Prepend(c));
    }
}
