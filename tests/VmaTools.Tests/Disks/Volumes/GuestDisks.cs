using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Text.Json;
using VmaTools.Disks;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes;

/// <summary>All disks of a guest, in memory, that can be changed, left out and doubled.</summary>
internal sealed class GuestDisks
{
    private readonly List<(string Name, SparseBytes Bytes)> _disks = [];

    private GuestDisks()
    {
    }

    public int Count => _disks.Count;

    public SparseBytes this[int index] => _disks[index].Bytes;

    /// <summary>The disks of a backup of a real guest (tests/fixtures/disks).</summary>
    public static GuestDisks OfBackup(string image)
    {
        GuestDisks disks = new();
        VmaArchive archive = VmaArchive.Open(Fixtures.Path(Path.Combine("disks", image + ".vma.zst")));
        foreach (JsonElement disk in GuestImages.Truth(image).Root.GetProperty("disks").EnumerateArray())
        {
            string name = disk.GetProperty("drive").GetString()!;
            using StreamDiskBytes bytes = new(archive.FindDevice(name)!.OpenRead(), disk.GetProperty("logical_sector").GetInt32());
            disks._disks.Add((name, SparseBytes.CopyOf(bytes)));
        }

        return disks;
    }

    /// <summary>The disks of one folder of an archive in which the Linux kernel left volumes (tests/fixtures/volumes).</summary>
    public static GuestDisks OfSet(string set, string folder)
    {
        GuestDisks disks = new();
        using ZipArchive archive = ZipFile.OpenRead(Fixtures.Path(Path.Combine("volumes", set + ".zip")));
        foreach (ZipArchiveEntry entry in archive.Entries.Where(e => e.FullName.StartsWith(folder + "/", StringComparison.Ordinal))
            .OrderBy(static e => e.FullName, StringComparer.Ordinal))
        {
            using Stream unpacked = entry.Open();
            MemoryStream raw = new();
            unpacked.CopyTo(raw);
            using StreamDiskBytes bytes = new(raw);
            disks._disks.Add(("disk" + Path.GetFileNameWithoutExtension(entry.Name), SparseBytes.CopyOf(bytes)));
        }

        Assert.NotEmpty(disks._disks);
        return disks;
    }

    /// <summary>What the kernel read from the volumes of a set: name, bytes and SHA-256.</summary>
    public static (string Name, long Length, string Sha256)[] TruthsOf(string set)
    {
        using ZipArchive archive = ZipFile.OpenRead(Fixtures.Path(Path.Combine("volumes", set + ".zip")));
        using StreamReader reader = new(archive.GetEntry("truth.txt")!.Open(), Encoding.ASCII);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static l => l.Split(' '))
            .Select(static p => (p[0], long.Parse(p[1], System.Globalization.CultureInfo.InvariantCulture), p[2]))
            .ToArray();
    }

    /// <summary>The same disks without some of them, which are left untouched.</summary>
    public GuestDisks Without(params int[] indexes)
    {
        GuestDisks left = new();
        left._disks.AddRange(_disks.Where((_, i) => !indexes.Contains(i)));
        return left;
    }

    /// <summary>The disks, and copies of them behind them.</summary>
    public GuestDisks WithClones()
    {
        GuestDisks both = new();
        both._disks.AddRange(_disks);
        both._disks.AddRange(_disks.Select(static d => (d.Name + "-clone", SparseBytes.CopyOf(d.Bytes))));
        return both;
    }

    public VolumeSet Open() => VolumeSet.Open([.. _disks.Select(static d => new KeyValuePair<string, DiskBytes>(d.Name, d.Bytes))]);

    /// <summary>Undoes every change.</summary>
    public void SetBack() => _disks.ForEach(static d => d.Bytes.SetBack());

    /// <summary>The pages of all disks that hold something, as disk and offset.</summary>
    public (SparseBytes Disk, long Page)[] Pages(long end) =>
        [.. _disks.SelectMany(d => d.Bytes.Pages.Where(p => p < end || p >= d.Bytes.Length - 128 * 1024).Select(p => (d.Bytes, p)))];
}
