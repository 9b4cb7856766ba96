using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Tests.Archives;
using VmaTools.Tests.Images;
using VmaTools.Tests.Images.Reading;
using Xunit;

namespace VmaTools.Tests.Writing;

/// <summary>Archives of the disks in images.</summary>
public sealed class ImageSourceTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Names => [.. Corpus.Names];

    public void Dispose() => _folder.Dispose();

    /// <summary>Archive, images of each format, archive: the disks are those that the truth tells of.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Disks_come_back_through_images_of_every_format(string name)
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(name));
        IReadOnlyList<(string Name, int Id, long Size, string Digest)> truth = Corpus.Devices(name);
        foreach ((ImageFormat format, VmdkSubformat subformat) in Formats())
        {
            VmaExport export = new(archive, new VmaExportOptions { Format = format, VmdkSubformat = subformat });
            using VmaCreation creation = new();
            string[] images = [.. archive.Devices.Select(d => _folder.File($"{format}-{subformat}-{d.DeviceId}"))];
            for (int i = 0; i < images.Length; i++)
            {
                export.Add(archive.Devices[i], images[i]);
            }

            export.Run();
            for (int i = 0; i < images.Length; i++)
            {
                // The memory of a guest is no disk, and is exported as it is.
                creation.AddImage(archive.Devices[i].Name, VmaImage.Open(images[i], archive.Devices[i].IsVmstate ? ImageFormat.Raw : format));
            }

            using MemoryStream output = new();
            creation.Run(output);
            output.Position = 0;
            using VmaArchive copy = VmaArchive.Open(output, leaveOpen: true);
            DiskSink disks = new();
            Assert.Empty(copy.ReadForward([disks]).Findings);
            for (int i = 0; i < truth.Count; i++)
            {
                Assert.Equal((truth[i].Size + 511) / 512 * 512, copy.Devices[i].Size);
                Assert.Equal(truth[i].Digest, disks[copy.Devices[i].DeviceId].Hash(truth[i].Size));
            }

            foreach (string image in images)
            {
                File.Delete(image);
            }
        }
    }

    [Fact]
    public void Zeros_of_an_image_are_not_read()
    {
        const long Size = 40L << 30;
        string path = _folder.File("sparse.vhdx");
        Scenario scenario = Scenario.Around(Size, "ascending", 5L << 30);
        File.WriteAllBytes(path, VhdxForge.Make("vhdx", scenario));
        using VmaCreation creation = new();
        creation.AddImage("drive-scsi0", VmaImage.Open(path));
        VmaCreationResult result = creation.Run(Stream.Null);
        Assert.Equal(scenario.Pieces.Where(static p => p.IsData).Sum(static p => (long)p.Length), result.Devices.Single().StoredBytes);
    }

    [Fact]
    public void An_image_that_changes_is_told()
    {
        string path = _folder.File("disk.qcow2");
        File.WriteAllBytes(path, VhdxForge.Make("qcow2", Scenario.Mixed(MiB, "ascending")));
        using VmaCreation creation = new();
        creation.AddImage("drive-scsi0", VmaImage.Open(path));
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5));
        Assert.Equal(VmaCodes.SourceChanged, Assert.Throws<VmaException>(() => creation.Run(Stream.Null)).Code);
    }

    /// <summary>A mounted file system, or a partition, is written past the node of the whole disk. Here another node of the device is.</summary>
#if !ENGINE_NETSTANDARD
    [Fact]
    public void A_block_device_that_is_written_to_past_its_node_is_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "loop devices need root on Linux");
        Tool losetup = new("losetup");
        Tool mknod = new("mknod");
        losetup.SkipIfMissing();
        string file = _folder.File("disk.raw");
        File.WriteAllBytes(file, new byte[MiB]);
        ToolResult attached = losetup.Try("--show", "-f", file);
        Assert.SkipUnless(attached.ExitCode == 0, "no loop device can be had");
        string loop = attached.Text.Trim();
        try
        {
            string[] number = Tool.Stat.Run("-c", "0x%t 0x%T", loop).Trim().Split(' ');
            ToolResult made = mknod.Try(_folder.File("node"), "b", number[0], number[1]);
            Assert.SkipUnless(made.ExitCode == 0, "no node of a device can be made");
            using VmaCreation creation = new();
            creation.AddFile("drive-scsi0", loop);
            creation.Run(Stream.Null);
            using (FileStream node = new(_folder.File("node"), FileMode.Open, FileAccess.ReadWrite))
            {
                node.Write(new byte[4096]);
                node.Flush(flushToDisk: true);
            }

            Assert.Equal(VmaCodes.SourceChanged, Assert.Throws<VmaException>(() => creation.Run(Stream.Null)).Code);
        }
        finally
        {
            losetup.Run("-d", loop);
        }
    }
#endif

    [Fact]
    public void A_damaged_image_leaves_nothing()
    {
        string path = _folder.File("disk.qcow2");
        byte[] image = VhdxForge.Make("qcow2", Scenario.Mixed(MiB, "ascending"));
        Array.Resize(ref image, image.Length / 2);
        File.WriteAllBytes(path, image);
        using VmaCreation creation = new();
        creation.AddImage("drive-scsi0", VmaImage.Open(path));
        Assert.Equal(VmaCodes.ImageDamaged, Assert.Throws<VmaException>(() => creation.Run(_folder.File("a.vma"))).Code);
        Assert.Equal([path], Directory.GetFiles(_folder.FullName));
    }

    /// <summary>A guest that was installed on sectors of 4096 bytes will not find its partitions.</summary>
    [Fact]
    public void Large_sectors_and_what_images_leave_out_are_told()
    {
        byte[] raw = new byte[MiB];
        "EFI PART"u8.CopyTo(raw.AsSpan(4096));
        File.WriteAllBytes(_folder.File("large.img"), raw);
        "EFI PART"u8.CopyTo(raw.AsSpan(512));
        File.WriteAllBytes(_folder.File("small.img"), raw);
        File.WriteAllBytes(_folder.File("large.vhdx"), VhdxForge.Make("vhdx-4096", Scenario.Mixed(MiB, "ascending")));
        File.WriteAllBytes(_folder.File("named.raw"), VhdxForge.Make("qcow2", Scenario.Mixed(MiB, "ascending")));
        byte[] unclosed = VhdxForge.Make("vhdx", Scenario.Mixed(MiB, "ascending"));
        VhdxForge.MarkInUse(unclosed);
        File.WriteAllBytes(_folder.File("unclosed.vhdx"), unclosed);
        using VmaCreation creation = new();
        foreach (string file in new[] { "large.img", "small.img", "large.vhdx", "named.raw", "unclosed.vhdx" })
        {
            creation.AddImage(file, VmaImage.Open(_folder.File(file)));
        }

        IReadOnlyList<string> warnings = creation.CheckSources();
        Assert.Equal(4, warnings.Count);
        Assert.StartsWith("The disk of 'large.img' has sectors of 4096 bytes", warnings[0]);
        Assert.StartsWith("The disk of 'large.vhdx' has sectors of 4096 bytes", warnings[1]);
        Assert.StartsWith("The disk of 'named.raw' is in a file named as raw that begins as a QCOW2 image", warnings[2]);
        Assert.StartsWith("The disk of 'unclosed.vhdx': VHDX: the image was not closed", warnings[3]);
    }

    private static IEnumerable<(ImageFormat Format, VmdkSubformat Subformat)> Formats() =>
        Enum.GetValues<ImageFormat>().Select(static f => (f, VmdkSubformat.MonolithicSparse)).Append((ImageFormat.Vmdk, VmdkSubformat.StreamOptimized));
}
