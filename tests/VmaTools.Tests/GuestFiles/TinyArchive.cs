using System.IO;
using System.IO.Compression;

namespace VmaTools.Tests.GuestFiles;

/// <summary>Archives with one disk: one of the small volumes of the fixtures.</summary>
internal static class TinyArchive
{
    /// <summary>Makes one.</summary>
    /// <param name="kind">The volume's name in <c>tests/fixtures/disks/tiny</c>.</param>
    /// <param name="folder">Where to.</param>
    /// <returns>The archive's path.</returns>
    public static string Make(string kind, TempFolder folder)
    {
        string raw = folder.File("disk.raw");
        using (FileStream packed = File.OpenRead(Fixtures.Path($"disks/tiny/{kind}.raw.gz")))
        using (GZipStream unpacked = new(packed, CompressionMode.Decompress))
        using (FileStream file = File.Create(raw))
        {
            unpacked.CopyTo(file);
        }

        string path = folder.File("tiny.vma");
        using VmaCreation creation = new();
        creation.AddFile("drive-scsi0", raw);
        creation.Run(path);
        return path;
    }
}
