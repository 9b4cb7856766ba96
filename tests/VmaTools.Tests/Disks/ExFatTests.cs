using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using VmaTools.Disks.FileSystems.ExFat;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>exFAT as Linux wrote and read it.</summary>
public sealed class ExFatTests
{
    private static readonly JsonElement Truth = GuestImages.Truth("exfat-kernel").Volume("disk0");

    [Fact]
    public void Everything_is_as_the_kernel_reads_it()
    {
        using DiskBytes disk = GuestImages.OpenVolume("exfat-kernel", Truth, out DiskBytes volume);
        using FileSystem fileSystem = Open(volume);
        Assert.Empty(GuestTruth.Differences(fileSystem, Truth));
        Assert.Empty(fileSystem.Findings);
        Assert.Equal(Truth.GetProperty("statvfs").GetProperty("free").GetInt64() * 4096, fileSystem.FreeBytes);
    }

    [Fact]
    public void What_was_never_written_is_zeros_without_reading()
    {
        using FileSystem fileSystem = Open(FatTests.Copy("exfat-kernel"));
        Stack<FileEntry> pending = new([fileSystem.Root]);
        int unwritten = 0;
        while (pending.TryPop(out FileEntry? entry))
        {
            if (entry.Type == FileEntryType.Directory)
            {
                fileSystem.ReadDirectory(entry).ToList().ForEach(pending.Push);
                continue;
            }

            foreach (FileExtent extent in fileSystem.ReadAllocation(entry).Where(static e => e.Kind == FileExtentKind.Unwritten))
            {
                unwritten++;
                using Stream content = fileSystem.OpenRead(entry);
                KnownRange range = ((IKnownRanges)content).FindRange(extent.Offset, long.MaxValue);
                Assert.Equal(new KnownRange(extent.Length, KnownRangeKind.Zeros), range);
            }
        }

        Assert.True(unwritten > 0);
    }

    [Fact]
    public void Names_fold_by_the_table_of_the_volume()
    {
        SparseBytes volume = FatTests.Copy("exfat-kernel");
        using FileSystem fileSystem = Open(volume);
        FileEntry names = FatTests.Entry(fileSystem, "/names");
        Assert.Equal("café", fileSystem.Find(names, RawName.Parse("CAFÉ"))?.Name.ToString());

        // A dotless and a dotted i are letters of their own, whatever the culture.
        Assert.Null(fileSystem.Find(names, RawName.Parse("istanbul")));
        Assert.True(fileSystem.FoldsNames(names));

        // Without its table only letters of ASCII fold.
        (long offset, byte[] slot) = FindSlot(volume, 0x82);
        slot[4] ^= 1;
        volume.Write(offset, slot);
        using FileSystem damaged = Open(volume);
        names = FatTests.Entry(damaged, "/NAMES");
        Assert.Null(damaged.Find(names, RawName.Parse("CAFÉ")));
        Assert.Equal(VmaCodes.FileSystemChecksumMismatch, Assert.Single(damaged.Findings).Code);
    }

    [Fact]
    public void A_copy_of_the_boot_region_serves()
    {
        SparseBytes volume = FatTests.Copy("exfat-kernel");
        volume.Write(109, [0]);
        using (FileSystem wrong = Open(volume))
        {
            Assert.Equal(VmaCodes.FileSystemBackupUsed, Assert.Single(wrong.Findings).Code);
            Assert.Empty(GuestTruth.Differences(wrong, Truth, withContent: false));
        }

        volume.Write(0, new byte[512]);
        using FileSystem missing = Open(volume);
        Assert.Equal(VmaCodes.FileSystemBackupUsed, Assert.Single(missing.Findings).Code);
        Assert.Empty(GuestTruth.Differences(missing, Truth, withContent: false));

        volume.Write((12 * 512) + 100, [0xFF]);
        Assert.Null(FileSystemReaders.Open(volume, new FileSystemOptions()));
    }

    [Fact]
    public void A_zone_is_taken_off_and_without_one_the_time_counts_as_UTC()
    {
        SparseBytes volume = FatTests.Copy("exfat-kernel");
        using FileSystem before = Open(volume);
        FileEntry file = FatTests.Entry(before, "/basics/empty");
        DateTime utc = file.Modified!.Value.ToDateTime();
        foreach ((byte zone, double hours) in new[] { ((byte)0x80, 0.0), ((byte)0x88, -2.0), ((byte)0xEC, 5.0), ((byte)0x08, 0.0) })
        {
            volume.Write((long)file.Id + 23, [zone]);
            using FileSystem after = Open(volume);
            FileEntry same = FatTests.Entry(after, "/basics/empty");
            Assert.Equal(utc.AddHours(hours), same.Modified!.Value.ToDateTime());
            Assert.Equal(zone != 0x80, after.Findings.Any(static f => f.Code == VmaCodes.FileSystemChecksumMismatch && f.Path == "/basics/empty"));
        }
    }

    [Fact]
    public void Slots_of_vendors_are_passed_over()
    {
        SparseBytes volume = FatTests.Copy("exfat-kernel");
        (long offset, byte[] slot) = FindSlot(volume, 0x83);
        slot[0] = 0xA5;
        volume.Write(offset, slot);
        using FileSystem benign = Open(volume);
        Assert.Null(benign.Label);
        Assert.Equal(11, benign.ReadDirectory(benign.Root).Count());
        Assert.Empty(benign.Findings);

        slot[0] = 0x8F;
        volume.Write(offset, slot);
        using FileSystem critical = Open(volume);
        Assert.Equal(11, critical.ReadDirectory(critical.Root).Count());
        Assert.Equal(VmaCodes.FileSystemFeatureUnknown, Assert.Single(critical.Findings).Code);
    }

    [Fact]
    public void Another_version_and_a_second_table_are_told_by_name()
    {
        SparseBytes volume = FatTests.Copy("exfat-kernel");
        Seal(volume, static s => s[105] = 2);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => Open(volume));
        Assert.Equal(VmaCodes.FileSystemFeatureUnknown, exception.Code);

        volume.SetBack();
        Seal(volume, static s => s[110] = 2);
        using FileSystem twin = Open(volume);
        Assert.Equal(["TexFAT"], twin.Features);
    }

    /// <summary>The first slot of a type in the root directory, and where it stands.</summary>
    private static (long Offset, byte[] Slot) FindSlot(SparseBytes volume, byte type)
    {
        ExFatGeometry geometry = ExFatGeometry.Find(volume)!;
        for (long offset = geometry.OffsetOf(geometry.RootCluster); ; offset += 32)
        {
            byte[] slot = volume.Read(offset, 32);
            if (slot[0] == type)
            {
                return (offset, slot);
            }
        }
    }

    /// <summary>Changes the first sector, and makes the checksum of the boot region right again.</summary>
    private static void Seal(SparseBytes volume, Action<byte[]> change)
    {
        byte[] region = volume.Read(0, 12 * 512);
        change(region);
        uint sum = 0;
        for (int i = 0; i < 11 * 512; i++)
        {
            sum = i is 106 or 107 or 112 ? sum : uint.RotateRight(sum, 1) + region[i];
        }

        for (int at = 11 * 512; at < region.Length; at += 4)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(region.AsSpan(at), sum);
        }

        volume.Write(0, region);
    }

    private static FileSystem Open(DiskBytes volume)
    {
        FileSystem? fileSystem = FileSystemReaders.Open(volume, new FileSystemOptions());
        Assert.NotNull(fileSystem);
        Assert.Equal("exfat", fileSystem.Kind);
        return fileSystem;
    }
}
