using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text.Json;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>Backups of guests whose disks real implementations wrote, with what these read from them (tests/fixtures/disks).</summary>
internal static class GuestImages
{
    public static GuestTruth Truth(string image) => GuestTruth.Load(Fixtures.Path(Path.Combine("disks", image + ".truth.json.gz")));

    /// <summary>The disk that a volume of the truth lies on, and of it the volume's range. The caller disposes the disk.</summary>
    public static DiskBytes OpenVolume(string image, JsonElement volume, out DiskBytes range)
    {
        JsonElement where = volume.GetProperty("where");
        JsonElement disk = Truth(image).Root.GetProperty("disks")[where.GetProperty("disk").GetInt32()];
        VmaArchive archive = VmaArchive.Open(Fixtures.Path(Path.Combine("disks", image + ".vma.zst")));
        StreamDiskBytes bytes = new(
            archive.FindDevice(disk.GetProperty("drive").GetString()!)!.OpenRead(), disk.GetProperty("logical_sector").GetInt32());
        long offset = where.TryGetProperty("offset", out JsonElement start) ? start.GetInt64() : 0;
        long length = where.TryGetProperty("bytes", out JsonElement size) ? size.GetInt64() : bytes.Length - offset;
        range = new RangeDiskBytes(bytes, offset, length);
        return bytes;
    }

    /// <summary>A raw image that is kept in gzip, in memory.</summary>
    public static SparseBytes OpenRaw(string image)
    {
        using FileStream file = File.OpenRead(Fixtures.Path(Path.Combine("disks", image + ".raw.gz")));
        using GZipStream unpacked = new(file, CompressionMode.Decompress);
        MemoryStream raw = new();
        unpacked.CopyTo(raw);
        using StreamDiskBytes disk = new(raw);
        return SparseBytes.CopyOf(disk);
    }

    /// <summary>A volume of a backup, in memory.</summary>
    public static SparseBytes CopyVolume(string image, string volume)
    {
        using DiskBytes disk = OpenVolume(image, Truth(image).Volume(volume), out DiskBytes range);
        return SparseBytes.CopyOf(range);
    }

    /// <summary>Opens the file system of a volume that has one.</summary>
    public static FileSystem OpenFiles(DiskBytes volume, bool noReplay = false)
    {
        FileSystem? files = FileSystemReaders.Open(volume, new FileSystemOptions { NoReplay = noReplay });
        Assert.NotNull(files);
        return files;
    }

    /// <summary>Every entry but the root.</summary>
    public static IEnumerable<FileEntry> Walk(FileSystem files)
    {
        Stack<FileEntry> pending = new([files.Root]);
        while (pending.TryPop(out FileEntry? directory))
        {
            foreach (FileEntry entry in files.ReadDirectory(directory))
            {
                yield return entry;
                if (entry.Type == FileEntryType.Directory)
                {
                    pending.Push(entry);
                }
            }
        }
    }
}
