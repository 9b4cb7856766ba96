using System.IO;
using System.Text.Json;
using VmaTools.Disks;

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
}
