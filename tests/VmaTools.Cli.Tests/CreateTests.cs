using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary><c>vma create</c></summary>
public sealed class CreateTests : Workspace
{
    private const string Uuid = "22abf1e3-5743-45a7-aeac-d58493588a63";
    private const string Time = "2026-11-20T02:00:03Z";

    private string Config => Write("qemu-server.conf", "name: made", "#qmdump#map:scsi0:drive-scsi0::raw:");

    [Fact]
    public void Proxmoxs_tool_takes_what_is_made()
    {
        string disk = MakeDisk(9_000_960);
        string small = Write("efi.raw", Enumerable.Repeat((byte)7, 540_672).ToArray());
        Vma.Run("create", "-c", Config, Here("a.vma"), "-d", $"format=raw:drive-scsi0={disk}", "-d", $"drive-efidisk0={small}").Expect(0);
        Vma.Judge("verify", Here("a.vma")).Expect(0);
        Vma.Judge("extract", Here("a.vma"), Out).Expect(0);
        Assert.Equal(Digest(disk), Digest(Path.Combine(Out, "disk-drive-scsi0.raw")));
        Assert.Equal(Digest(small), Digest(Path.Combine(Out, "disk-drive-efidisk0.raw")));
        Assert.Equal(Digest(Config), Digest(Path.Combine(Out, "qemu-server.conf")));
    }

    [Fact]
    public void The_suffix_tells_the_compression()
    {
        string[] arguments = ["-c", Config, "-d", $"drive-scsi0={MakeDisk(70_000_128)}", "--uuid", Uuid, "--ctime", Time];
        Vma.Run(["create", Here("a.vma"), .. arguments]).Expect(0);
        Vma.Run(["create", Here("a.vma.zst"), .. arguments, "--level", "5"]).Expect(0);
        Vma.Run(["create", Here("a.vma.gz"), .. arguments]).Expect(0);
        byte[] plain = File.ReadAllBytes(Here("a.vma"));
        byte[] zst = File.ReadAllBytes(Here("a.vma.zst"));
        Assert.True(zst.Length < plain.Length / 2);
        Assert.Equal(plain, Tool.Filter("gzip", "-dc", File.ReadAllBytes(Here("a.vma.gz"))));
        Assert.Equal(plain, Tool.Filter("zstd", "-dcq", zst));
        Assert.Contains("XXH64", Tool.Zstd.Run("-lv", Here("a.vma.zst")), StringComparison.Ordinal);

        // A second run of the same input gives the same bytes, and a pipe gets those of a file.
        Vma.Run(["create", Here("b.vma.zst"), .. arguments, "--level", "5"]).Expect(0);
        Assert.Equal(zst, File.ReadAllBytes(Here("b.vma.zst")));
        Assert.Equal(plain, Vma.Run(["create", "-", .. arguments]).Expect(0).Bytes);
    }

    [Fact]
    public void Older_arguments_are_taken_with_a_warning()
    {
        string disk = MakeDisk(200_000);
        Outcome outcome = Vma.Run("create", "-v", Here("a.vma"), $"drive-virtio0={disk}", disk).Expect(0);
        Assert.Contains("warning: disks are named with -d", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("progress 100% 400000/400000", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("image drive-virtio0: size=200192 ", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(string.Empty, outcome.Text);
        string list = Vma.Run("list", Here("a.vma")).Expect(0).Text;
        Assert.Contains("DEV: dev_id=1 size: 200192 devname: drive-virtio0\n", list, StringComparison.Ordinal);
        Assert.Contains("DEV: dev_id=2 size: 200192 devname: disk1\n", list, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_is_told()
    {
        string disk = MakeDisk(200_000);
        string before = Digest(disk);
        Assert.Contains("remove it first", Vma.Run("create", disk, $"drive-scsi0={disk}").Expect(2).Error, StringComparison.Ordinal);
        Assert.Equal(before, Digest(disk));
        Vma.Run("create", Here("a.vma.lzo"), "-d", $"drive-scsi0={disk}").Expect(1);
        Vma.Run("create", Here("a.vma"), "-d", $"drive-scsi0={disk}", "--level", "3").Expect(1);
        Vma.Run("create", Here("a.vma.zst"), "-d", $"drive-scsi0={disk}", "--level", "20").Expect(1);
        Vma.Run("create", Here("a.vma"), "--ctime", "yesterday").Expect(1);
        Vma.Run("create", Here("a.vma"), "--uuid", "mine").Expect(2);
        Vma.Run("create", Here("a.vma"), "-d", "drive-scsi0=nothing").Expect(2);
        Vma.Run("create", Here("a.vma"), "-d", $"format=qed:drive-scsi0={disk}").Expect(2);
        Assert.StartsWith("vma: MapInvalid: ", Vma.Run("create", Here("a.vma"), "-d", "format=raw").Expect(2).Error, StringComparison.Ordinal);
        Vma.Run("create", Here("a.vma"), "-c", "nothing.conf").Expect(2);
        Assert.Equal([Path.GetFileName(disk)], FilesIn(Root));
    }

    [Fact]
    public void A_block_device_is_a_disk()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "loop devices need root on Linux");
        string disk = MakeDisk(9_000_960);
        string loop = Losetup($"--show -f -r {disk}");
        Assert.SkipUnless(loop.StartsWith("/dev/loop", StringComparison.Ordinal), "no loop device can be had");
        try
        {
            Vma.Run("create", Here("a.vma"), "-d", $"drive-scsi0={loop}", "--uuid", Uuid, "--ctime", Time).Expect(0);
        }
        finally
        {
            Losetup($"-d {loop}");
        }

        Vma.Run("create", Here("b.vma"), "-d", $"drive-scsi0={disk}", "--uuid", Uuid, "--ctime", Time).Expect(0);
        Assert.Equal(Digest(Here("b.vma")), Digest(Here("a.vma")));
    }

    /// <summary>The archive of an image is that of the disk in it, whether the format is told or found.</summary>
    /// <summary>A description of a VM is no disk: what it names is.</summary>
    [Fact]
    public void A_description_stands_for_the_one_disk_that_it_names()
    {
        byte[] content = new byte[1 << 20];
        new Random(1).NextBytes(content.AsSpan(4096, 9000));
        Write("a.raw", content);
        Write("b.raw", content);
        string Describe(params string[] disks) => Write(
            $"{disks.Length}.vmx",
            "config.version = \"8\"\n" + string.Concat(disks.Select(static (d, i) => $"scsi0:{i}.fileName = \"{d}\"\n")));
        Vma.Run("create", Here("one.vma"), "-d", $"drive-scsi0={Describe("a.raw")}").Expect(0);
        Vma.Run("extract", Here("one.vma"), Out).Expect(0);
        Assert.Equal(content, File.ReadAllBytes(Path.Combine(Out, "disk-drive-scsi0.raw")));
        foreach (string description in new[] { Describe("a.raw", "b.raw"), Describe() })
        {
            Outcome outcome = Vma.Run("create", Here("none.vma"), "-d", $"drive-scsi0={description}").Expect(2);
            Assert.StartsWith("vma: MachineDescriptionInvalid: ", outcome.Error, StringComparison.Ordinal);
            Assert.False(File.Exists(Here("none.vma")));
        }
    }

    [Fact]
    public void Images_are_disks()
    {
        string disk = MakeDisk(9_000_960);
        string[] options = ["--uuid", Uuid, "--ctime", Time];
        Vma.Run(["create", Here("raw.vma"), "-d", $"drive-scsi0={disk}", .. options]).Expect(0);
        Tool.QemuImg.Run("convert", "-f", "raw", "-O", "qcow2", disk, Here("image.raw"));
        Outcome found = Vma.Run(["create", Here("found.vma"), "-d", $"drive-scsi0={Here("image.raw")}", .. options]).Expect(0);
        Assert.Contains("named as raw that begins as a QCOW2 image", found.Error, StringComparison.Ordinal);
        Vma.Run(["create", Here("told.vma"), "-d", $"format=qcow2:drive-scsi0={Here("image.raw")}", .. options]).Expect(0);
        Vma.Run(["create", Here("bytes.vma"), "-d", $"format=raw:drive-scsi0={Here("image.raw")}", .. options]).Expect(0);
        Assert.Equal(Digest(Here("raw.vma")), Digest(Here("found.vma")));
        Assert.Equal(Digest(Here("raw.vma")), Digest(Here("told.vma")));
        Assert.NotEqual(Digest(Here("raw.vma")), Digest(Here("bytes.vma")));
        Assert.Contains(
            "This is no VHDX image",
            Vma.Run(["create", Here("no.vma"), "-d", $"format=vhdx:drive-scsi0={Here("image.raw")}"]).Expect(2).Error,
            StringComparison.Ordinal);
    }

    /// <summary>A disk with text, noise and zeros.</summary>
    private string MakeDisk(int size)
    {
        byte[] disk = new byte[size];
        Random random = new(7);
        for (int at = 0; at < size; at += 40_000)
        {
            Span<byte> part = disk.AsSpan(at, Math.Min(40_000, size - at));
            switch (random.Next(4))
            {
                case 0:
                    random.NextBytes(part.Slice(0, part.Length / 3));
                    break;
                case 1:
                    part.Fill((byte)at);
                    break;
            }
        }

        disk[^1] = 1;
        return Write("disk.raw", disk);
    }

    private static string Losetup(string arguments) => new Tool("losetup").Try(arguments.Split(' ')).Text.Trim();
}
