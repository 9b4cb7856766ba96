using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using VmaTools.Disks.FileSystems.Fat;
using VmaTools.Disks.Volumes;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>FAT12, FAT16 and FAT32 as Linux and mtools wrote them, and as Linux read them.</summary>
public sealed class FatTests
{
    [Theory]
    [InlineData("fat12-floppy", "disk0", "FAT12", 437)]
    [InlineData("fat16-mtools", "disk0", "FAT16", 850)]
    [InlineData("fat32-kernel", "disk0", "FAT32", 437)]
    [InlineData("gpt-linux", "disk0p1", "FAT32", 437)]
    public void Everything_is_as_the_kernel_reads_it(string image, string id, string feature, int codePage)
    {
        JsonElement truth = GuestImages.Truth(image).Volume(id);
        using DiskBytes disk = GuestImages.OpenVolume(image, truth, out DiskBytes volume);
        using FileSystem fileSystem = Open(volume, codePage);
        Assert.Empty(GuestTruth.Differences(fileSystem, truth));
        Assert.Empty(fileSystem.Findings);
        Assert.Equal([feature], fileSystem.Features);
        JsonElement counts = truth.GetProperty("statvfs");
        Assert.Equal(counts.GetProperty("block").GetInt32(), fileSystem.BlockSize);
        Assert.Equal(counts.GetProperty("free").GetInt64() * fileSystem.BlockSize, fileSystem.FreeBytes);
    }

    [Fact]
    public void Short_names_are_in_the_code_page_that_was_asked_for()
    {
        using FileSystem fileSystem = Open(Copy("fat16-mtools"));
        FileEntry entry = fileSystem.Find(fileSystem.Root, RawName.Parse("naïve café.txt"))!;
        Assert.Equal("NA╪VEC~1.TXT", entry.ShortName?.ToString());
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => Open(Copy("fat12-floppy"), 12345));
        Assert.Equal(VmaCodes.VolumeNotSupported, exception.Code);
    }

    [Fact]
    public void A_name_is_found_exactly_then_folded_then_by_its_short_form()
    {
        using FileSystem fileSystem = Open(Copy("fat12-floppy"));
        foreach (string name in new[] { "naïve café.txt", "NAÏVE CAFÉ.TXT", "NAIVEC~1.TXT", "naivec~1.txt" })
        {
            Assert.Equal("naïve café.txt", fileSystem.Find(fileSystem.Root, RawName.Parse(name))?.Name.ToString());
        }

        Assert.Null(fileSystem.Find(fileSystem.Root, RawName.Parse("naïve café.tx")));
    }

    [Fact]
    public void Names_that_fold_alike_are_both_listed_and_ambiguous()
    {
        SparseBytes volume = Copy("fat12-floppy");
        using FileSystem before = Open(volume);
        FileEntry first = Entry(before, "/FILL0.BIN");
        FileEntry second = Entry(before, "/FILL4.BIN");
        volume.Write((long)first.Id, "TWIN    BIN"u8);
        volume.Write((long)second.Id, "TWIN    BIN"u8);

        // The flag for a base name in lower case.
        volume.Write((long)second.Id + 12, [0x08]);
        using FileSystem fileSystem = Open(volume);
        Assert.Equal(["TWIN.BIN", "twin.BIN"], Names(fileSystem).Where(static n => n.StartsWith("TWIN", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal));
        Assert.Equal(first.Id, fileSystem.Find(fileSystem.Root, RawName.Parse("TWIN.BIN"))?.Id);
        Assert.Equal(second.Id, fileSystem.Find(fileSystem.Root, RawName.Parse("twin.BIN"))?.Id);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => fileSystem.Find(fileSystem.Root, RawName.Parse("Twin.bin")));
        Assert.Equal(VmaCodes.FileNameAmbiguous, exception.Code);
    }

    [Fact]
    public void Damage_is_told_and_never_misleads()
    {
        const string Evil = "/evil/";
        JsonElement truth = GuestImages.Truth("dmg-fat16").Volume("disk0");
        using FileSystem fileSystem = Open(Copy("dmg-fat16"));
        List<string> differences = GuestTruth.Differences(fileSystem, truth);
        Assert.Equal(
            [
                Evil + "..\\x2fx\\x2fevil name 12.text: not in the truth",
                Evil + "A\\x2f..\\x2fB.TXT: not in the truth",
                Evil + "EVILCYCL.BIN: FileSystemDamaged",
                Evil + "EVILFAR.BIN: FileSystemDamaged",
                Evil + "EVILFREE.BIN: FileSystemDamaged",
                Evil + "EVILHUGE.BIN: FileSystemDamaged",
                Evil + "EVILHUGE.BIN: size is 4294967295, not 20000",
                Evil + "EVILSLSH.TXT: missing",
                Evil + "Long evil name 12.text: missing",
                Evil + "loop: FileSystemDamaged",
            ],
            differences.Select(static d => d.Contains(": FileSystemDamaged", StringComparison.Ordinal) ? d[..(d.IndexOf(": FileSystemDamaged", StringComparison.Ordinal) + 19)] : d)
                .Order(StringComparer.Ordinal));
        Assert.Equal(
            [Evil + "..\\x2fx\\x2fevil name 12.text", Evil + "A\\x2f..\\x2fB.TXT"],
            fileSystem.Findings.Where(static f => f.Code == VmaCodes.NameUnsafe).Select(static f => f.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("EVILCYCL.BIN", 3, "leads back into itself")]
    [InlineData("EVILFAR.BIN", 2, "leads out of the volume")]
    [InlineData("EVILFREE.BIN", 2, "leads to a free cluster")]
    [InlineData("EVILHUGE.BIN", 10, "has 10 of the 2097152")]
    public void What_comes_before_a_broken_chain_is_delivered(string name, int clusters, string message)
    {
        using FileSystem fileSystem = Open(Copy("dmg-fat16"));
        FileEntry file = Entry(fileSystem, "/evil/" + name);
        using Stream content = fileSystem.OpenRead(file);
        byte[] sound = new byte[clusters * fileSystem.BlockSize];
        content.ReadExactly(sound);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => content.ReadByte());
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(file.FullName, exception.FilePath);
        List<FileExtent> extents = [];
        Assert.Throws<VmaFileSystemException>(() => extents.AddRange(fileSystem.ReadAllocation(file)));
        Assert.Throws<VmaFileSystemException>(() => fileSystem.ReadAllocation(file).Sum(static e => e.Length));
    }

    [Fact]
    public void The_copy_of_the_boot_sector_serves_on_FAT32()
    {
        SparseBytes volume = Copy("fat32-kernel");
        volume.Write(0, new byte[512]);
        using FileSystem fileSystem = Open(volume);
        Assert.Empty(GuestTruth.Differences(fileSystem, GuestImages.Truth("fat32-kernel").Volume("disk0"), withContent: false));
        Assert.Equal(VmaCodes.FileSystemBackupUsed, Assert.Single(fileSystem.Findings).Code);

        // A copy that an earlier file system left behind is none.
        volume.Write(32 * 512, new byte[8]);
        Assert.Null(FileSystemReaders.Open(volume, new FileSystemOptions()));
    }

    [Theory]
    [InlineData("fat12-floppy")]
    [InlineData("fat16-mtools")]
    [InlineData("fat32-kernel")]
    public void Another_copy_of_the_table_serves_where_the_first_is_lost(string image)
    {
        SparseBytes volume = Copy(image);
        FatTableLayout table = FatGeometry.Read(volume, 0)!.Table;
        JsonElement truth = GuestImages.Truth(image).Volume("disk0");
        FileSystem fileSystem = Open(WithLoss(volume, table.Offset, Math.Min(table.Length, 30_000)), image == "fat16-mtools" ? 850 : 437);
        Assert.Empty(GuestTruth.Differences(fileSystem, truth));
        Assert.Equal(VmaCodes.FileSystemBackupUsed, fileSystem.Findings.Select(static f => f.Code).Distinct().Single());

        // With both lost in part, whatever has its entries elsewhere is still there.
        DiskBytes both = WithLoss(WithLoss(volume, table.Offset + 512, 512), table.Offset + table.Length + 512, 512);
        using FileSystem half = Open(both, image == "fat16-mtools" ? 850 : 437);
        List<string> differences = GuestTruth.Differences(half, truth);
        Assert.All(differences, static d => Assert.Contains("VolumeMemberMissing", d, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_the_active_table_counts_where_mirroring_is_off()
    {
        SparseBytes volume = Copy("fat32-kernel");
        FatTableLayout table = FatGeometry.Read(volume, 0)!.Table;
        volume.Write(40, [0x81, 0x00]);
        volume.Write(table.Offset + 8, Enumerable.Repeat((byte)0x55, 20_000).ToArray());
        using FileSystem fileSystem = Open(volume);
        Assert.Empty(GuestTruth.Differences(fileSystem, GuestImages.Truth("fat32-kernel").Volume("disk0")));
    }

    [Fact]
    public void A_volume_that_was_in_use_says_so_without_a_warning()
    {
        SparseBytes volume = Copy("fat32-kernel");
        volume.Write(65, [1]);
        using FileSystem fileSystem = Open(volume);
        Assert.Equal(FileSystemState.Covered, fileSystem.State);
        Assert.NotNull(fileSystem.StateText);
    }

    [Fact]
    public void Two_directories_never_share_their_clusters()
    {
        SparseBytes volume = Copy("fat12-floppy");
        using FileSystem before = Open(volume);
        FileEntry directory = Entry(before, "/DIR");
        byte[] cluster = volume.Read((long)directory.Id + 26, 2);
        FileEntry other = Entry(before, "/Long Directory Name");
        volume.Write((long)other.Id + 26, cluster);
        FileEntry deeper = Entry(before, "/DIR/SUB");
        volume.Write((long)deeper.Id + 26, cluster);
        using FileSystem fileSystem = Open(volume);
        List<string> refused = [];
        int listed = 0;
        Stack<FileEntry> pending = new([fileSystem.Root]);
        while (pending.TryPop(out FileEntry? entry) && listed < 1000)
        {
            try
            {
                foreach (FileEntry child in fileSystem.ReadDirectory(entry))
                {
                    listed++;
                    if (child.Type == FileEntryType.Directory)
                    {
                        pending.Push(child);
                    }
                }
            }
            catch (VmaFileSystemException exception) when (exception.Code == VmaCodes.FileSystemDamaged)
            {
                refused.Add(entry.FullName);
            }
        }

        Assert.Contains("/DIR/SUB", refused);
        Assert.InRange(listed, 60, 120);
    }

    internal static SparseBytes Copy(string image)
    {
        using DiskBytes disk = GuestImages.OpenVolume(image, GuestImages.Truth(image).Volume("disk0"), out DiskBytes volume);
        return SparseBytes.CopyOf(volume);
    }

    /// <summary>The volume with a range of it lost, as where a cluster of the archive is damaged.</summary>
    internal static DiskBytes WithLoss(DiskBytes volume, long offset, long length) => new JoinedDiskBytes(
        [
            new RangeDiskBytes(volume, 0, offset),
            new LostDiskBytes(length, VmaCodes.VolumeMemberMissing, "Lost on purpose."),
            new RangeDiskBytes(volume, offset + length, long.MaxValue),
        ],
        512);

    internal static FileEntry Entry(FileSystem fileSystem, string path)
    {
        FileEntry entry = fileSystem.Root;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            entry = fileSystem.Find(entry, RawName.Parse(name))!;
        }

        return entry;
    }

    private static IEnumerable<string> Names(FileSystem fileSystem) => fileSystem.ReadDirectory(fileSystem.Root).Select(static e => e.Name.ToString());

    private static FileSystem Open(DiskBytes volume, int codePage = 437)
    {
        FileSystem? fileSystem = FileSystemReaders.Open(volume, new FileSystemOptions { CodePage = codePage });
        Assert.NotNull(fileSystem);
        Assert.Equal("vfat", fileSystem.Kind);
        return fileSystem;
    }
}
