using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using Xunit;
using ZstdSharp;

namespace VmaTools.Tests.Disks;

/// <summary>
/// Whole guests in backups, each with what a real implementation read from its disks (NAME.vma.zst and TRUTH-NAME.json.zst), from the
/// compressed archive, the plain one, and the raw disks. They are too large to be kept here: the environment says where they are.
/// </summary>
public sealed class GuestCorpusTests
{
    private const string Variable = "VMATOOLS_GUESTS";
    private const int MaxCompared = 32 << 20;
    private const int RandomReads = 6;

    private static readonly string? Folder = Environment.GetEnvironmentVariable(Variable);

    public static TheoryData<string> Names => Folder is null
        ? ["(none)"]
        : [.. Directory.GetFiles(Folder, "*.vma.zst").Select(static f => Path.GetFileName(f)[..^8]).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Reads_what_a_real_implementation_read(string name)
    {
        Assert.SkipWhen(Folder is null, $"{Variable} names no folder with backups of guests");
        string packed = Path.Combine(Folder!, name + ".vma.zst");
        GuestTruth truth = GuestTruth.Load(Path.Combine(Folder!, $"TRUTH-{name}.json.zst"));
        string scratch = Directory.CreateTempSubdirectory("vmatools-guests-").FullName;
        try
        {
            string plain = Path.Combine(scratch, name + ".vma");
            Unpack(packed, plain);
            List<string> compressed = OfArchive(packed, truth);
            Assert.Equal(compressed, OfArchive(plain, truth));
            Assert.Equal(compressed, OfImages(plain, scratch, truth));

            // What was damaged or encrypted on purpose: below these differences are told, everything else is the same.
            string[] spared = name switch
            {
                "dmg-ext4-blocks" => ["/second", "/subdirs", "/bigdir"],
                "dmg-ext4-evil" or "dmg-fat16" => ["/evil"],
                "ext4-encrypt" => ["/secret"],
                _ => [],
            };
            Assert.DoesNotContain(compressed, d => !spared.Any(s => d.StartsWith("drive-scsi0: " + s, StringComparison.Ordinal)));
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static List<string> OfArchive(string path, GuestTruth truth)
    {
        using VmaArchive archive = VmaArchive.Open(path);
        return Differences(truth, drive => archive.FindDevice(drive)!.OpenRead());
    }

    private static List<string> OfImages(string path, string scratch, GuestTruth truth)
    {
        using (VmaArchive archive = VmaArchive.Open(path))
        {
            foreach (string drive in Drives(truth))
            {
                using Stream content = archive.FindDevice(drive)!.OpenRead();
                using FileStream image = File.Create(Path.Combine(scratch, drive + ".img"));
                byte[] buffer = new byte[1 << 16];
                for (int read; (read = content.Read(buffer, 0, buffer.Length)) > 0;)
                {
                    if (buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0) >= 0)
                    {
                        image.Write(buffer, 0, read);
                    }
                    else
                    {
                        image.Position += read;
                    }
                }

                image.SetLength(content.Length);
            }
        }

        return Differences(truth, drive => File.OpenRead(Path.Combine(scratch, drive + ".img")));
    }

    private static List<string> Differences(GuestTruth truth, Func<string, Stream> open)
    {
        List<string> drives = Drives(truth);
        using VolumeSet set = VolumeSet.Open([.. drives.Select(d => new VolumeDisk(d, open(d)))]);
        List<string> differences = [];
        foreach (JsonElement expected in truth.Volumes.Where(static v => v.TryGetProperty("files", out JsonElement f) && f.GetArrayLength() > 0))
        {
            // disk0 and disk0p2 are drive-scsi0 and drive-scsi0/p2; every other is called as it is by us.
            string id = expected.GetProperty("id").GetString()!;
            for (int i = 0; i < drives.Count; i++)
            {
                string disk = $"disk{i}";
                id = id == disk ? drives[i] : id.StartsWith(disk + "p", StringComparison.Ordinal) ? drives[i] + "/" + id[disk.Length..] : id;
            }

            using FileSystem files = set.Find(id).OpenFileSystem(new FileSystemOptions { CodePage = truth.Image == "fat16-mtools" ? 850 : 437 });
            differences.AddRange(GuestTruth.Differences(files, expected).Select(d => $"{id}: {d}"));
            CompareRandomReads(files);
        }

        return differences;
    }

    /// <summary>What lies anywhere in a file is what a walk through it passes there.</summary>
    private static void CompareRandomReads(FileSystem files)
    {
        Random random = new(13);
        Stack<FileEntry> pending = new([files.Root]);
        while (pending.TryPop(out FileEntry? entry))
        {
            if (entry.Type == FileEntryType.Directory)
            {
                try
                {
                    files.ReadDirectory(entry).ToList().ForEach(pending.Push);
                }
                catch (VmaException)
                {
                    // Told as a difference of the directory.
                }
            }

            if (entry.Type != FileEntryType.File || entry.Length == 0)
            {
                continue;
            }

            byte[] whole = new byte[(int)Math.Min(entry.Length, MaxCompared)];
            Stream content;
            try
            {
                content = files.OpenRead(entry);
                content.ReadExactly(whole);
            }
            catch (VmaException)
            {
                // Told as a difference of its content.
                continue;
            }

            using (content)
            {
                for (int i = 0; i < RandomReads; i++)
                {
                    int offset = random.Next(whole.Length);
                    byte[] piece = new byte[random.Next(1, Math.Min(whole.Length - offset, 1 << 17) + 1)];
                    content.Position = offset;
                    content.ReadExactly(piece);
                    Assert.True(whole.AsSpan(offset, piece.Length).SequenceEqual(piece), $"{entry.FullName}: {piece.Length} bytes at {offset}");
                }
            }
        }
    }

    private static List<string> Drives(GuestTruth truth) =>
        [.. truth.Root.GetProperty("disks").EnumerateArray().Select(static d => d.GetProperty("drive").GetString()!)];

    private static void Unpack(string packed, string plain)
    {
        using DecompressionStream source = new(File.OpenRead(packed), leaveOpen: false);
        using FileStream target = File.Create(plain);
        source.CopyTo(target);
    }
}
