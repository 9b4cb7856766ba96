using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using VmaTools.Format;
using VmaTools.Indexing;
using VmaTools.Sources;

namespace VmaTools.Tests.Indexing;

/// <summary>An archive of some MiB whose data refers back near and far once it is compressed, and its compressed forms.</summary>
internal static class IndexSamples
{
    /// <summary>Distances that give an archive of this size many checkpoints.</summary>
    public static readonly CheckpointDistances Near = new()
    {
        First = 256 << 10,
        Last = 640 << 10,
        LookAhead = 256 << 10,
        Longest = 2 << 20,
        FrameEnd = 128 << 10,
        Gzip = 256 << 10,
        GzipCompressed = 0,
        GzipMost = 512 << 10,
        Lzop = 256 << 10,
        Bzip2 = 256 << 10,
    };

    /// <summary>Ways to compress: a tool and its arguments; without a tool, the framework's gzip.</summary>
    public static readonly Dictionary<string, (string? Tool, string Arguments)> Ways = new()
    {
        ["zstd-1"] = ("zstd", "-1 -q -c"),
        ["zstd-3-threads"] = ("zstd", "-3 -T2 -B1MiB -q -c"),
        ["zstd-rsyncable"] = ("zstd", "-3 -T1 --rsyncable -q -c"),
        ["zstd-19"] = ("zstd", "-19 -q -c"),
        ["zstd-long"] = ("zstd", "-6 --long=24 -q -c"),
        ["zstd-nocheck"] = ("zstd", "-5 --no-check -q -c"),
        ["zstd-joined"] = ("zstd", "-3 -q -c"),
        ["gzip-framework"] = (null, ""),
        ["gzip-1"] = ("gzip", "-1 -c"),
        ["gzip-9"] = ("gzip", "-9 -c"),
        ["pigz"] = ("pigz", "-c"),
        ["lzop"] = ("lzop", "-c"),
        ["bzip2"] = ("bzip2", "-c1"),
    };

    /// <summary>The ways that every test of theirs takes: all, or one of each compression on the second build of the engine.</summary>
#if ENGINE_NETSTANDARD
    public static IEnumerable<string> Tried => ["zstd-3-threads", "zstd-nocheck", "gzip-framework", "lzop", "bzip2"];
#else
    public static IEnumerable<string> Tried => Ways.Keys;
#endif

    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Compressed = new();

    private static readonly Lazy<byte[]> PlainBytes = new(Make);

    public static byte[] Plain => PlainBytes.Value;

    /// <summary>The archive's compressed form; not to be changed.</summary>
    public static byte[] Compress(string way) => Compressed.GetOrAdd(way, static w => new Lazy<byte[]>(() => CompressAnew(w))).Value;

    private static byte[] CompressAnew(string way)
    {
        (string? tool, string arguments) = Ways[way];
        if (tool is null)
        {
            using MemoryStream result = new();
            using (GZipStream gzip = new(result, CompressionLevel.Optimal, leaveOpen: true))
            {
                gzip.Write(Plain);
            }

            return result.ToArray();
        }

        return way == "zstd-joined"
            ? [.. Plain.Chunk(1_300_000).SelectMany(part => Tool.Filter(tool, arguments, part))]
            : Tool.Filter(tool, arguments, Plain);
    }

    /// <summary>The file as a source, and its header.</summary>
    public static IndexStore Store(string path, CheckpointDistances? distances = null) =>
        new(Source(path), Header) { Distances = distances ?? Near };

    public static FileSource Source(string path) => new(path, 128 << 20);

    public static ArchiveHeader Header
    {
        get
        {
            using VmaArchive archive = VmaArchive.Open(new MemoryStream(Plain));
            return archive.Header;
        }
    }

    private static byte[] Make()
    {
        ArchiveForge forge = new ArchiveForge().Config("qemu-server.conf", "name: indexed").Device(1, "drive-scsi0", 9 << 20).Device(2, "drive-scsi1", 1_000_000);
        Random random = new(7);
        uint[] order = [.. Enumerable.Range(0, 144).Select(static i => (uint)i)];
        foreach (uint[] part in order.Chunk(40))
        {
            forge.Extent(e =>
            {
                foreach (uint cluster in part)
                {
                    e.Cluster(1, cluster, (ushort)(cluster % 11 == 0 ? 0 : cluster % 7 == 0 ? 0x0FF0 : 0xFFFF));
                }

                if (part[0] == 40)
                {
                    for (uint i = 0; i < 16; i++)
                    {
                        e.Cluster(2, i, (ushort)(i < 15 ? 0xFFFF : 0x001F));
                    }
                }
            });
        }

        // No checksum covers the data: it can be anything, such as texts that come again at all distances.
        byte[] archive = forge.Build();
        byte[] data = new byte[archive.Length];
        byte[][] words = [.. Enumerable.Range(0, 4000).Select(i => { byte[] w = new byte[random.Next(3, 90)]; random.NextBytes(w); return w; })];
        for (int at = 0; at < data.Length;)
        {
            byte[] word = words[(int)(words.Length * Math.Pow(random.NextDouble(), 2))];
            int length = Math.Min(word.Length, data.Length - at);
            word.AsSpan(0, length).CopyTo(data.AsSpan(at));
            at += length;
        }

        for (int i = 0; i < forge.Extents.Count; i++)
        {
            int start = (int)forge.OffsetOf(i) + 512;
            int end = i + 1 < forge.Extents.Count ? (int)forge.OffsetOf(i + 1) : archive.Length;
            data.AsSpan(start, end - start).CopyTo(archive.AsSpan(start));
        }

        return archive;
    }
}
