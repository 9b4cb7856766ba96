using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Images;

namespace VmaTools.Tests.Images;

/// <summary>A piece of a disk that a test announces.</summary>
internal readonly record struct Piece(long Offset, int Length, bool IsData);

/// <summary>A disk made up for a test: which of its parts hold data, and the order in which they arrive.</summary>
internal sealed class Scenario
{
    public const int ClusterSize = 64 << 10;
    private const int PageSize = 4096;

    private readonly List<Piece> _pieces = [];

    private Scenario(long diskSize) => DiskSize = diskSize;

    public long DiskSize { get; }

    public IReadOnlyList<Piece> Pieces => _pieces;

    /// <summary>A disk with clusters of every kind all over it: whole, in parts, announced as zeros, never announced.</summary>
    public static Scenario Mixed(long diskSize, string order, int seed = 1)
    {
        Random random = new(seed);
        Scenario scenario = new(diskSize);
        long clusters = (diskSize + ClusterSize - 1) / ClusterSize;

        // Larger disks are emptier, to keep the tests quick.
        int kinds = diskSize > 8 << 20 ? 40 : 8;
        for (long cluster = 0; cluster < clusters; cluster++)
        {
            // The last cluster holds data: what lies at the end is what goes wrong.
            int kind = cluster == clusters - 1 ? 3 : random.Next(kinds);
            int mask = kind switch { < 4 => 0xFFFF, < 6 => random.Next(1, 0xFFFF), _ => 0 };
            if (mask != 0 || kind == 6)
            {
                scenario.AddCluster(cluster, mask);
            }
        }

        scenario.Order(order, random);
        return scenario;
    }

    /// <summary>A large disk with a little data before, on and behind certain places, and at both ends.</summary>
    public static Scenario Around(long diskSize, string order, params long[] places)
    {
        Scenario scenario = new(diskSize);
        long last = (diskSize - 1) / ClusterSize;
        SortedSet<long> clusters = [0, last];
        foreach (long place in places)
        {
            clusters.UnionWith(new[] { -1L, 0, 2 }.Select(step => (place / ClusterSize) + step).Where(cluster => cluster >= 0 && cluster <= last));
        }

        int count = 0;
        foreach (long cluster in clusters)
        {
            scenario.AddCluster(cluster, count++ % 2 == 0 ? 0xFFFF : 0b1001_1000_0000_0011);
        }

        scenario.Order(order, new Random(7));
        return scenario;
    }

    /// <summary>Single pages spread over the whole disk at random.</summary>
    public static Scenario Scattered(long diskSize, int count)
    {
        Random random = new(11);
        Scenario scenario = new(diskSize);
        HashSet<long> pages = [];
        while (pages.Count < count)
        {
            if (pages.Add(random.NextInt64(diskSize / PageSize)))
            {
                scenario._pieces.Add(new Piece(pages.Last() * PageSize, PageSize, true));
            }
        }

        return scenario;
    }

    public static Scenario Empty(long diskSize) => new(diskSize);

    public static Scenario Of(long diskSize, params Piece[] pieces)
    {
        Scenario scenario = new(diskSize);
        scenario._pieces.AddRange(pieces);
        return scenario;
    }

    /// <summary>What the disk holds at a place, if it holds data there. No two words of a disk are alike, and none is zero.</summary>
    public static void Fill(long offset, Span<byte> data)
    {
        for (int i = 0; i + 8 <= data.Length; i += 8)
        {
            ulong word = ((ulong)(offset + i) + 0x51) * 0x9E3779B97F4A7C15;
            BinaryPrimitives.WriteUInt64LittleEndian(data.Slice(i), word ^ (word >> 29));
        }

        data.Slice(data.Length / 8 * 8).Fill(0xA5);
    }

    public void WriteTo(ImageWriter writer)
    {
        byte[] buffer = new byte[_pieces.Count == 0 ? 0 : _pieces.Where(piece => piece.IsData).Max(piece => piece.Length)];
        foreach (Piece piece in _pieces)
        {
            if (piece.IsData)
            {
                Span<byte> data = buffer.AsSpan(0, piece.Length);
                Fill(piece.Offset, data);
                writer.Write(piece.Offset, data);
            }
            else
            {
                writer.WriteZeros(piece.Offset, piece.Length);
            }
        }

        writer.Complete();
    }

    /// <summary>Writes the disk as it is, padded to <paramref name="size"/>: what every image is compared with.</summary>
    public void WriteRaw(string path, long size)
    {
        using FileStream raw = new(path, FileMode.CreateNew, FileAccess.Write);
        raw.SetLength(size);
        foreach (Piece piece in _pieces.Where(piece => piece.IsData))
        {
            byte[] data = new byte[piece.Length];
            Fill(piece.Offset, data);
            raw.Position = piece.Offset;
            raw.Write(data);
        }
    }

    private void AddCluster(long cluster, int mask)
    {
        long start = cluster * ClusterSize;
        int size = (int)Math.Min(ClusterSize, DiskSize - start);
        for (int first = 0; first < size;)
        {
            bool data = IsData(first);
            int end = first;
            while (end < size && IsData(end) == data)
            {
                end = Math.Min(size, end + PageSize);
            }

            _pieces.Add(new Piece(start + first, end - first, data));
            first = end;
        }

        bool IsData(int within) => (mask >> (within / PageSize) & 1) != 0;
    }

    private void Order(string order, Random random)
    {
        switch (order)
        {
            case "runs":
                Merge();
                break;
            case "ascending":
                break;
            case "descending":
                _pieces.Reverse();
                break;
            case "shuffled":
                Piece[] pieces = [.. _pieces];
                random.Shuffle(pieces);
                _pieces.Clear();
                _pieces.AddRange(pieces);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(order));
        }
    }

    /// <summary>Joins neighbours to runs of up to 4 MiB, as a reader hands them on.</summary>
    private void Merge()
    {
        List<Piece> merged = [];
        foreach (Piece piece in _pieces)
        {
            if (merged.Count > 0
                && merged[^1] is Piece last
                && last.IsData == piece.IsData
                && last.Offset + last.Length == piece.Offset
                && last.Length + piece.Length <= 4 << 20)
            {
                merged[^1] = last with { Length = last.Length + piece.Length };
            }
            else
            {
                merged.Add(piece);
            }
        }

        _pieces.Clear();
        _pieces.AddRange(merged);
    }
}
