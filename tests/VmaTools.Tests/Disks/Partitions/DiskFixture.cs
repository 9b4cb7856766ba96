using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;

namespace VmaTools.Tests.Disks.Partitions;

/// <summary>The small disks of tests/fixtures/guests/disks and what sfdisk and blkid see on them.</summary>
internal static class DiskFixture
{
    private const string Folder = "guests/disks/";

    public static IReadOnlyList<Expected> All { get; } =
    [
        .. File.ReadAllLines(Fixtures.Path(Folder + "expected.tsv"), Encoding.UTF8).Where(line => !line.StartsWith('#')).Select(line => new Expected(line.Split('\t'))),
    ];

    public static byte[] Load(string name)
    {
        using FileStream file = File.OpenRead(Fixtures.Path(Folder + name + ".img.gz"));
        using GZipStream gzip = new(file, CompressionMode.Decompress);
        using MemoryStream disk = new();
        gzip.CopyTo(disk);
        return disk.ToArray();
    }

    /// <summary>What blkid calls a file system, in this project's words.</summary>
    public static string? NameOf(string type, string version) => type switch
    {
        "" => null,
        "vfat" => version,
        "ntfs" => "NTFS",
        "exfat" => "exFAT",
        "crypto_LUKS" => "LUKS" + version,
        "LVM2_member" => "LVM2 PV",
        "linux_raid_member" => "mdraid " + (version.StartsWith("0.90", StringComparison.Ordinal) ? "0.90" : version),
        "iso9660" => "ISO9660",
        _ => type,
    };

    internal sealed class Expected(string[] columns)
    {
        public string Disk => columns[0];

        public int Index => int.Parse(columns[1], CultureInfo.InvariantCulture);

        public long Offset => long.Parse(columns[2], CultureInfo.InvariantCulture);

        public long Size => long.Parse(columns[3], CultureInfo.InvariantCulture);

        public string? TypeId => OrNull(columns[4]);

        public string? Name => OrNull(columns[5]);

        public bool IsBootable => columns[6] == "1";

        public string? FileSystem => NameOf(columns[7], columns[8]);

        public string? Label => OrNull(columns[9]);

        public string? Uuid => OrNull(columns[10]);

        private static string? OrNull(string text) => text.Length == 0 ? null : text;
    }
}
