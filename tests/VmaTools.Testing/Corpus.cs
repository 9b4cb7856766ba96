using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace VmaTools.Testing;

/// <summary>The archives that Proxmox's tool wrote, what is true of them, and their damaged variants.</summary>
public static class Corpus
{
    /// <summary>The plain archives, by the names that TRUTH.json gives them.</summary>
    public static readonly string[] Names =
    [
        "vzdump-qemu-101-2026_11_20-02_00_03",
        "shuffled",
        "gaps-between-slots",
        "vmstate",
        "allzero-1g",
        "nodisk",
    ];

    private static readonly JsonDocument Truth = Load("TRUTH.json");
    private static readonly JsonDocument DamagedVariants = Load("damaged.json");

    public static IEnumerable<string> DamagedNames => DamagedVariants.RootElement.EnumerateObject().Select(static p => p.Name);

    public static string PathOf(string name) => Fixtures.Path(Path.Combine("corpus", name + ".vma"));

    public static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    public static IReadOnlyDictionary<string, string> ConfigDigests(string name) =>
        Truth.RootElement.GetProperty(name).GetProperty("configs").EnumerateObject()
            .ToDictionary(static p => p.Name, static p => p.Value.GetString()!);

    public static IReadOnlyList<(string Name, int Id, long Size, string Digest)> Devices(string name) =>
        [.. Truth.RootElement.GetProperty(name).GetProperty("devices").EnumerateObject().Select(static p => (
            p.Name,
            p.Value.GetProperty("id").GetInt32(),
            p.Value.GetProperty("size").GetInt64(),
            p.Value.GetProperty("sha256").GetString()!))];

    /// <summary>A damaged variant, made by its edits and proven by its digest.</summary>
    public static byte[] Damaged(string name)
    {
        JsonElement variant = DamagedVariants.RootElement.GetProperty(name);
        byte[] source = File.ReadAllBytes(Fixtures.Path(Path.Combine("corpus", variant.GetProperty("base").GetString()!)));
        using MemoryStream result = new();
        int at = 0;
        foreach (JsonElement edit in variant.GetProperty("edits").EnumerateArray())
        {
            int start = edit.GetProperty("at").GetInt32();
            result.Write(source, at, start - at);
            if (edit.TryGetProperty("insert", out JsonElement insert))
            {
                result.Write(Convert.FromHexString(insert.GetString()!));
            }

            if (edit.TryGetProperty("copyFrom", out JsonElement copy))
            {
                result.Write(source, copy.GetInt32(), edit.GetProperty("copyLength").GetInt32());
            }

            at = start + edit.GetProperty("remove").GetInt32();
        }

        result.Write(source, at, source.Length - at);
        byte[] bytes = result.ToArray();
        Assert.Equal(variant.GetProperty("sha256").GetString(), Hex(SHA256.HashData(bytes)));
        return bytes;
    }

    public static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

    private static JsonDocument Load(string file) => JsonDocument.Parse(File.ReadAllText(Fixtures.Path(Path.Combine("corpus", file))));
}
