using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Xunit;

namespace VmaTools.Tests.Disks.Partitions;

/// <summary>Fresh disks made and judged by the system's own tools, where they are installed.</summary>
public sealed class PartitionToolTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mkfs.ext2", "-q -L label {0}", 4)]
    [InlineData("mkfs.ext3", "-q {0}", 8)]
    [InlineData("mkfs.ext4", "-q -L sixteen-letters- {0}", 16)]
    [InlineData("mkfs.ext4", "-q -b 4096 -O ^has_journal {0}", 16)]
    [InlineData("mkfs.vfat", "-F 12 -n LABEL {0}", 2)]
    [InlineData("mkfs.vfat", "-F 16 {0}", 32)]
    [InlineData("mkfs.vfat", "-F 32 -n LABEL {0}", 64)]
    [InlineData("mkfs.vfat", "-F 32 -S 4096 -n LABEL {0}", 300)]
    [InlineData("mkntfs", "-q -F -L Label {0}", 16)]
    [InlineData("mkntfs", "-q -F -s 4096 -L Label {0}", 16)]
    [InlineData("mkswap", "-L label {0}", 4)]
    [InlineData("mkfs.xfs", "-q -L label {0}", 512)]
    [InlineData("mkfs.btrfs", "-q -L label {0}", 256)]
    [InlineData("mkfs.exfat", "-L label {0}", 64)]
    public void A_file_system_is_told_as_blkid_tells_it(string tool, string arguments, int mebibytes)
    {
        Need(tool, "blkid");
        string disk = Make(mebibytes);
        Run(tool, string.Format(CultureInfo.InvariantCulture, arguments, disk));

        Partition partition = Assert.Single(Read(disk).Partitions);

        Assert.Equal(
            (DiskFixture.NameOf(Blkid(disk, "TYPE"), Blkid(disk, "VERSION")), OrNull(Blkid(disk, "LABEL")), OrNull(Blkid(disk, "UUID"))),
            (partition.FileSystem, partition.Label, partition.Uuid));
    }

    [Theory]
    [InlineData("label: gpt\nsize=1M, type=uefi, name=\"boot loader\"\nsize=2M, type=linux\nsize=3M, type=swap\nsize=1M, type=lvm\n")]
    [InlineData("label: gpt\nstart=100M, size=1M\nstart=2M, size=1M, attrs=\"LegacyBIOSBootable\"\n")]
    [InlineData("label: dos\nsize=1M, type=83, bootable\nsize=2M, type=7\n")]
    [InlineData("label: dos\nsize=1M, type=83\nsize=20M, type=5\nsize=2M\nsize=3M\nsize=4M, type=82\nsize=5M, type=8e\n")]
    [InlineData("label: dos\n1: start=1M, size=20M, type=f\n2: start=60M, size=4M\n5: start=2M, size=1M\n6: start=9M, size=3M\n7: start=5M, size=2M\n")]
    public void A_table_is_read_as_sfdisk_reads_it(string script)
    {
        Need("sfdisk");
        string disk = Make(128);
        Run("sfdisk", "-q " + disk, script);

        PartitionTable table = Read(disk);

        using JsonDocument json = JsonDocument.Parse(Run("sfdisk", "-J " + disk));
        JsonElement expected = json.RootElement.GetProperty("partitiontable");
        Assert.Equal(expected.GetProperty("label").GetString() == "gpt" ? PartitionScheme.Gpt : PartitionScheme.Mbr, table.Scheme);
        Assert.Equal(
            expected.GetProperty("partitions").EnumerateArray().Select(p => (
                p.GetProperty("node").GetString()![disk.Length..],
                p.GetProperty("start").GetInt64() * 512,
                p.GetProperty("size").GetInt64() * 512,
                TypeId(p.GetProperty("type").GetString()!),
                p.TryGetProperty("name", out JsonElement name) ? name.GetString() : null)),
            table.Partitions.Select(p => (p.Index.ToString(CultureInfo.InvariantCulture), p.Offset, p.Size, p.TypeId!, p.Name)));
        Assert.Empty(table.Warnings);
    }

    [Fact]
    public void A_table_of_sgdisk_survives_the_loss_of_its_first_copy()
    {
        Need("sgdisk");
        string disk = Make(32);
        Run("sgdisk", $"-n 1:0:+4M -c 1:one -n 9:0:0 -c 9:nine {disk}");
        using (FileStream file = File.OpenWrite(disk))
        {
            file.Position = 512;
            file.Write(new byte[33 * 512]);
        }

        PartitionTable table = Read(disk);

        Assert.True(table.UsedBackup);
        Assert.Equal([(1, "one"), (9, "nine")], table.Partitions.Select(p => (p.Index, p.Name!)));
    }

    private static void Need(params string[] tools)
    {
        foreach (string tool in tools)
        {
            new Tool(tool).SkipIfMissing();
        }
    }

    private static string Run(string tool, string arguments, string input = "") =>
        Encoding.UTF8.GetString(Tool.Filter(tool, arguments, Encoding.UTF8.GetBytes(input)));

    private static string Blkid(string disk, string field) =>
        new Tool("blkid").Try("-p", "-o", "value", "-s", field, disk).Text.Trim();

    private static PartitionTable Read(string disk)
    {
        using FileStream stream = File.OpenRead(disk);
        return PartitionTable.Read(stream, stream.Length);
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static string TypeId(string type) => type.Contains('-', StringComparison.Ordinal) ? type : "0x" + type.ToUpperInvariant().PadLeft(2, '0');

    private string Make(int mebibytes)
    {
        string path = _folder.File("disk");
        using FileStream file = File.Create(path);
        file.SetLength((long)mebibytes << 20);
        return path;
    }
}
