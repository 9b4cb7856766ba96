using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using VmaTools.Restores;
using VmaTools.Tests.GuestFiles;
using Xunit;

namespace VmaTools.Tests.Restores;

/// <summary>Each grade of a test restore passes where it should, and falls where it should.</summary>
public sealed class RestoreTests : IDisposable
{
    private const string Marker = "the guest has started";
    private static readonly Tool Emulator = new("qemu-system-x86_64");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_guest_that_starts_passes_every_grade_and_its_archive_stays_as_it_is()
    {
        Emulator.SkipIfMissing();
        string path = Linux();
        byte[] before = File.ReadAllBytes(path);
        VmaRestoreTestResult result = VmaRestoreTest.Run(path, new VmaRestoreTestOptions { Boot = new VmaBootOptions { Until = Marker } });
        Assert.Empty(Told(result));
        Assert.Equal(("Boots", "Boot", true), (result.Verdict, result.Grade, result.IsPassed));
        VmaInstalledSystem system = Assert.Single(result.Systems);
        Assert.Equal((VmaInstalledSystem.Linux, "Guest of a test", "/boot/vmlinuz", "drive-virtio0/p2"), (system.Kind, system.Name, system.Kernel, system.Volume));
        Assert.True(result.BootRun!.HasStarted);
        Assert.Equal(Marker, result.BootRun.Marker);
        Assert.Contains("SYSLINUX", result.BootRun.SerialText, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));

        // Without the marker that is waited for: it powers itself off, which is no proof.
        VmaRestoreTestResult other = VmaRestoreTest.Run(path, new VmaRestoreTestOptions { Boot = new VmaBootOptions { Until = "something else" } });
        Assert.Equal(("DOES NOT BOOT", "System", false), (other.Verdict, other.Grade, other.IsPassed));
        Assert.Equal([VmaCodes.BootFailed], Told(other));
        Assert.Contains(Marker, other.BootRun!.SerialText, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_starts_by_UEFI_does_so()
    {
        Emulator.SkipIfMissing();
        Assert.SkipUnless(EmulatedMachine.FindFirmware() is not null, "no firmware for UEFI in the usual places");
        BootableGuest.SkipWithout();
        string disk = BootableGuest.Make(_folder.FullName, Marker, byUefi: true);
        const string Config = "bios: ovmf\nboot: order=scsi0\nmachine: q35\nscsihw: virtio-scsi-single\nscsi0: local:disk-0\nefidisk0: local:disk-1,efitype=4m\n"
            + "#qmdump#map:scsi0:drive-scsi0:local:raw:\n#qmdump#map:efidisk0:drive-efidisk0:local:raw:\n";
        string path = Archive(Config, ("drive-scsi0", disk), ("drive-efidisk0", Variables()));
        VmaRestoreTestResult result = VmaRestoreTest.Run(path, new VmaRestoreTestOptions { Boot = new VmaBootOptions { Until = Marker } });
        Assert.Empty(Told(result));
        Assert.Equal(("Boots", "Boot", Marker), (result.Verdict, result.Grade, result.BootRun!.Marker));
        Assert.Contains("UEFI", result.BootRun.SerialText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_without_an_active_partition_does_not_start()
    {
        Emulator.SkipIfMissing();
        VmaRestoreTestResult result = VmaRestoreTest.Run(Linux(static disk => disk[446] = 0), new VmaRestoreTestOptions { Boot = new VmaBootOptions() });
        Assert.Equal(("DOES NOT BOOT", "System", false), (result.Verdict, result.Grade, result.IsPassed));
        Assert.Equal([VmaCodes.BootFailed], Told(result));
        Assert.True(result.BootRun!.HasScreenshot);
        result.BootRun.SaveScreenshot(_folder.File("screen.png"));
        Assert.Equal("\u0089PNG", Encoding.Latin1.GetString(File.ReadAllBytes(_folder.File("screen.png")), 0, 4));
        Assert.Equal(VmaCodes.TargetExists, Assert.Throws<VmaException>(() => result.BootRun.SaveScreenshot(_folder.File("screen.png"))).Code);
    }

    [Fact]
    public void A_guest_that_says_nothing_in_time_is_not_proven()
    {
        Emulator.SkipIfMissing();
        VmaBootOptions options = new() { Timeout = TimeSpan.FromMilliseconds(1) };
        VmaRestoreTestResult result = VmaRestoreTest.Run(Linux(), new VmaRestoreTestOptions { Boot = options });
        Assert.Equal(("Not proven", "System", VmaGradeOutcome.Unknown), (result.Verdict, result.Grade, result.BootOutcome));
        Assert.Equal([VmaCodes.BootNotProven], Told(result));
    }

    [Fact]
    public void What_the_monitor_writes_back_is_not_the_guests()
    {
        Emulator.SkipIfMissing();

        // What the BIOS starts goes around in a circle.
        byte[] disk = new byte[1 << 20];
        (disk[0], disk[1], disk[510], disk[511]) = (0xEB, 0xFE, 0x55, 0xAA);
        File.WriteAllBytes(_folder.File("silent.raw"), disk);
        VmaRestoreTestOptions options = new() { Boot = new VmaBootOptions { Timeout = TimeSpan.FromSeconds(3), Until = "screendump" } };
        VmaRestoreTestResult result = VmaRestoreTest.Run(Archive(null, ("drive-virtio0", _folder.File("silent.raw"))), options);
        Assert.Contains(VmaCodes.BootNotProven, Told(result));
        Assert.Equal((VmaGradeOutcome.Unknown, null), (result.BootOutcome, result.BootRun!.Marker));
        Assert.DoesNotContain("screendump", result.BootRun.SerialText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("screendump")]
    [InlineData("quit")]
    [InlineData("(qemu)")]
    public void What_comes_after_the_time_is_over_is_no_proof(string until)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the emulator is a script");
        const string Echo = "echo firmware; while read -r line; do echo \"(qemu) $line\"; [ \"$line\" = quit ] && exit; done";
        VmaRestoreTestOptions options = new() { Boot = new VmaBootOptions { EmulatorPath = Script(Echo), Timeout = TimeSpan.FromSeconds(1), Until = until } };
        VmaRestoreTestResult result = VmaRestoreTest.Run(Archive(null, ("drive-scsi0", Mke2fs(static _ => { }))), options);
        Assert.Contains(VmaCodes.BootNotProven, Told(result));
        Assert.Equal((VmaGradeOutcome.Unknown, null), (result.BootOutcome, result.BootRun!.Marker));
        Assert.DoesNotContain(until, result.BootRun.SerialText, StringComparison.Ordinal);
    }

    [Fact]
    public void An_emulator_ends_with_the_test_that_is_ended()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "processes are looked up in /proc");
        using CancellationTokenSource source = new();
        string path = Archive(null, ("drive-scsi0", Mke2fs(static _ => { })));
        VmaBootOptions options = new() { EmulatorPath = Script($"echo $$ > '{_folder.File("pid")}'; exec sleep 1000") };
        Thread ending = new(() =>
        {
            SpinWait.SpinUntil(() => File.Exists(_folder.File("pid")) && new FileInfo(_folder.File("pid")).Length > 0);
            source.Cancel();
        });
        ending.Start();
        Assert.ThrowsAny<OperationCanceledException>(() => VmaRestoreTest.Run(path, new VmaRestoreTestOptions { Boot = options }, cancellationToken: source.Token));
        ending.Join();
        Assert.False(Directory.Exists($"/proc/{File.ReadAllText(_folder.File("pid")).Trim()}"));
    }

    [Theory]
    [InlineData("nothing-is-here", "There is no program")]
    [InlineData("/bin", "There is no program")]
    [InlineData("/etc/passwd", "/etc/passwd cannot be started: Permission denied")]
    [InlineData("/bin/false", "exit code 1.")]
    [InlineData("/bin/true", "not even a firmware")]
    public void An_emulator_that_fails_says_nothing_of_the_guest(string emulator, string said)
    {
        Assert.SkipUnless(emulator[0] != '/' || Path.Exists(emulator), $"{emulator} is not here");
        VmaBootOptions options = new() { EmulatorPath = emulator[0] == '/' ? emulator : _folder.File(emulator) };
        VmaRestoreTestResult result = VmaRestoreTest.Run(Archive(null, ("drive-scsi0", Mke2fs(static _ => { }))), new VmaRestoreTestOptions { Boot = options });
        VmaFinding finding = result.Findings.Single(static f => f.Code == VmaCodes.EmulatorFailed);
        Assert.Contains(said, finding.Message, StringComparison.Ordinal);
        Assert.Equal(VmaGradeOutcome.Unknown, result.BootOutcome);
    }

    [Fact]
    public void A_guest_of_another_architecture_is_not_started()
    {
        string path = Archive("arch: aarch64\n", ("drive-scsi0", Mke2fs(static _ => { })));
        VmaRestoreTestResult result = VmaRestoreTest.Run(path, new VmaRestoreTestOptions { Boot = new VmaBootOptions() });
        Assert.Contains("aarch64", result.Findings.Single(static f => f.Code == VmaCodes.EmulatorFailed).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kernel", VmaCodes.SystemFileMissing, "kernel")]
    [InlineData("empty kernel", VmaCodes.SystemFileMissing, "kernel")]
    [InlineData("init", VmaCodes.SystemFileMissing, "init")]
    [InlineData("volume", VmaCodes.SystemVolumeMissing, "UUID=12345678-0000-0000-0000-000000000000")]
    [InlineData("none", null, "")]
    public void A_linux_lacks(string what, string? code, string said)
    {
        string root = Mke2fs(folder =>
        {
            string fstab = "LABEL=root / ext4 defaults 0 1\nUUID=87654321-0000-0000-0000-000000000000 /media ext4 nofail 0 2\n";
            Write(folder, "etc/fstab", what == "volume" ? fstab + "UUID=12345678-0000-0000-0000-000000000000 /srv ext4 defaults 0 2\n" : fstab);
            if (what != "kernel")
            {
                Write(folder, "usr/lib/modules/6.1/vmlinuz", what == "empty kernel" ? string.Empty : "kernel");
                Directory.CreateDirectory(Path.Combine(folder, "boot"));
                File.CreateSymbolicLink(Path.Combine(folder, "boot", "vmlinuz"), "/usr/lib/modules/6.1/vmlinuz");
            }

            if (what != "init")
            {
                Write(folder, "usr/lib/systemd/systemd", "init");
                Directory.CreateDirectory(Path.Combine(folder, "sbin"));
                File.CreateSymbolicLink(Path.Combine(folder, "sbin", "init"), "../usr/lib/systemd/systemd");
            }
        });
        VmaRestoreTestResult result = VmaRestoreTest.Run(Archive(null, ("drive-scsi0", root)));
        Assert.Equal(code is null ? [] : [code], Told(result));
        Assert.Equal(code is null ? ("System present", "System") : ("SYSTEM INCOMPLETE", "Volumes"), (result.Verdict, result.Grade));
        Assert.Contains(said, result.Findings.LastOrDefault(static f => f.Code != VmaCodes.VMConfigMissing)?.Message ?? string.Empty, StringComparison.Ordinal);
        Assert.Equal(code is null, result.IsPassed);
        Assert.Equal(what.EndsWith("kernel", StringComparison.Ordinal) ? null : "/boot/vmlinuz", Assert.Single(result.Systems).Kernel);
    }

    [Theory]
    [InlineData("kernel", VmaCodes.SystemFileMissing, "/boot/kernel")]
    [InlineData("init", VmaCodes.SystemFileMissing, "init")]
    [InlineData("volume", VmaCodes.SystemVolumeMissing, "/dev/gpt/data")]
    [InlineData("none", null, "")]
    public void A_bsd_lacks(string what, string? code, string said)
    {
        string folder = Directory.CreateDirectory(_folder.File("root")).FullName;
        Write(folder, "etc/fstab", "/dev/ufs/rootfs / ufs rw 1 1\n/dev/gpt/media /media ufs rw,noauto 0 0\n" + (what == "volume" ? "/dev/gpt/data /data ufs rw 2 2\n" : string.Empty));
        Write(folder, "bin/freebsd-version", "#!/bin/sh\n\nUSERLAND_VERSION=\"14.1-RELEASE-p5\"\n");
        Write(folder, what == "kernel" ? "boot/kernel/if_em.ko" : "boot/kernel/kernel", "kernel");
        Write(folder, what == "init" ? "sbin/shutdown" : "sbin/init", "init");
        VmaRestoreTestResult result = VmaRestoreTest.Run(Archive(null, ("drive-scsi0", BsdGuest.Format(folder, "8m", "rootfs"))));
        Assert.Equal(code is null ? [] : [code], Told(result));
        Assert.Equal(code is null ? ("System present", "System") : ("SYSTEM INCOMPLETE", "Volumes"), (result.Verdict, result.Grade));
        Assert.Contains(said, result.Findings.LastOrDefault(static f => f.Code != VmaCodes.VMConfigMissing)?.Message ?? string.Empty, StringComparison.Ordinal);
        VmaInstalledSystem system = Assert.Single(result.Systems);
        Assert.Equal(
            (VmaInstalledSystem.Bsd, "FreeBSD 14.1-RELEASE-p5", what == "kernel" ? null : "/boot/kernel/kernel", "drive-scsi0"),
            (system.Kind, system.Name, system.Kernel, system.Volume));
    }

    [Theory]
    [InlineData("none", "")]
    [InlineData("ntoskrnl.exe", "/Windows/System32/ntoskrnl.exe")]
    [InlineData("SOFTWARE", "/Windows/System32/config/SOFTWARE")]
    [InlineData("SYSTEM", "/Windows/System32/config/SYSTEM")]
    public void A_windows_lacks(string what, string said)
    {
        Tool copy = new("ntfscp");
        copy.SkipIfMissing();
        string volume = _folder.File("windows.raw");
        using (VmaArchive source = VmaArchive.Open(Fixtures.Path("disks/gpt-linux.vma.zst")))
        using (VmaGuest guest = VmaGuest.Open(source))
        using (Stream stream = guest.GetVolume("p6").OpenRead())
        using (FileStream file = File.Create(volume))
        {
            stream.CopyTo(file);
        }

        string kernel = _folder.File("kernel");
        File.WriteAllText(kernel, "kernel");
        foreach ((string file, string place) in new[]
        {
            (kernel, "Windows/System32/ntoskrnl.exe"),
            (Fixtures.Path("disks/SYSTEM.hive"), "Windows/System32/config/SYSTEM"),
            (Fixtures.Path("disks/SOFTWARE.hive"), "Windows/System32/config/SOFTWARE"),
        })
        {
            if (!place.EndsWith("/" + what, StringComparison.Ordinal))
            {
                copy.Run("-f", "-q", volume, file, place);
            }
        }

        VmaRestoreTestResult result = VmaRestoreTest.Run(Archive(null, ("drive-sata0", volume)));
        Assert.Equal(what == "none" ? [] : [VmaCodes.SystemFileMissing], Told(result));
        Assert.Contains(said, result.Findings.LastOrDefault(static f => f.Code == VmaCodes.SystemFileMissing)?.Message ?? string.Empty, StringComparison.Ordinal);
        VmaInstalledSystem system = Assert.Single(result.Systems);
        Assert.Equal((VmaInstalledSystem.Windows, what == "SOFTWARE" ? null : "Windows of a test"), (system.Kind, system.Name));
        Assert.Equal(what == "none", result.IsPassed);
    }

    [Theory]
    [InlineData("disks/dmg-btrfs-sb0.vma.zst", VmaGradeOutcome.Failed)]
    [InlineData("disks/dmg-ext4-blocks.vma.zst", VmaGradeOutcome.Failed)]
    [InlineData("disks/dmg-ext4-evil.vma.zst", VmaGradeOutcome.Failed)]
    [InlineData("disks/dmg-fat16.vma.zst", VmaGradeOutcome.Failed)]
    [InlineData("disks/fat32-kernel.vma.zst", VmaGradeOutcome.Passed)]
    [InlineData("disks/gpt-linux.vma.zst", VmaGradeOutcome.Passed)]
    [InlineData("disks/lvm-two-disks.vma.zst", VmaGradeOutcome.Passed)]
    [InlineData("disks/md-raid1-lvm.vma.zst", VmaGradeOutcome.Passed)]
    [InlineData("disks/ntfs-small.vma.zst", VmaGradeOutcome.Passed)]
    [InlineData("disks/xfs-replay.vma.zst", VmaGradeOutcome.Passed)]
    [InlineData("disks/odd/ufs2-bare.vma.zst", VmaGradeOutcome.Passed)]
    public void Volumes_are_sound_or_not(string archive, string outcome)
    {
        VmaRestoreTestResult result = VmaRestoreTest.Run(Fixtures.Path(archive));
        Assert.Equal(outcome, result.VolumeOutcome);
        Assert.Equal(outcome == VmaGradeOutcome.Failed, result.Verdict == "VOLUMES DAMAGED");
        Assert.Equal(outcome == VmaGradeOutcome.Failed, result.Findings.Any(static f => f.Severity == VmaSeverity.Error && f.Code.StartsWith("File", StringComparison.Ordinal)));
    }

    [Fact]
    public void Disks_that_no_system_is_on_are_told()
    {
        VmaRestoreTestResult result = VmaRestoreTest.Run(Fixtures.Path("disks/fat32-kernel.vma.zst"));
        Assert.Equal((VmaGradeOutcome.Passed, VmaGradeOutcome.Unknown), (result.VolumeOutcome, result.SystemOutcome));
        Assert.Empty(result.Systems);
        Assert.Equal([VmaCodes.SystemNotFound], Told(result));
    }

    [Fact]
    public void A_volume_whose_disk_is_missing_is_not_sound()
    {
        string path = _folder.File("half.vma");
        using (VmaArchive whole = VmaArchive.Open(Fixtures.Path("disks/lvm-two-disks.vma.zst")))
        using (VmaCreation creation = new())
        {
            creation.AddDevice(whole.FindDevice("drive-scsi0")!);
            creation.Run(path);
        }

        Assert.Contains(VmaCodes.VolumeMemberMissing, Told(VmaRestoreTest.Run(path)));
    }

    [Fact]
    public void Of_a_damaged_archive_nothing_else_is_tried()
    {
        byte[] bytes = File.ReadAllBytes(Fixtures.Path("disks/gpt-linux.vma.zst"));
        bytes[bytes.Length / 2] ^= 1;
        string path = _folder.File("damaged.vma.zst");
        File.WriteAllBytes(path, bytes);
        VmaRestoreTestResult result = VmaRestoreTest.Run(path, new VmaRestoreTestOptions { Boot = new VmaBootOptions() });
        Assert.Equal(("DAMAGED", VmaRestoreTestResult.NoGrade, false), (result.Verdict, result.Grade, result.IsPassed));
        Assert.All([result.VolumeOutcome, result.SystemOutcome, result.BootOutcome], static o => Assert.Equal(VmaGradeOutcome.NotTried, o));
    }

    [Fact]
    public void A_stream_is_tested_as_its_file_is()
    {
        string path = Corpus.PathOf("vzdump-qemu-101-2026_11_20-02_00_03");
        using FileStream stream = File.OpenRead(path);
        VmaRestoreTestResult result = VmaRestoreTest.Run(stream);
        VmaRestoreTestResult same = VmaRestoreTest.Run(path);
        Assert.Equal((same.Verdict, same.VolumeOutcome, same.SystemOutcome), (result.Verdict, result.VolumeOutcome, result.SystemOutcome));
        Assert.Equal((null, path), (result.ArchivePath, same.ArchivePath));
        using TricklingStream pipe = new([]);
        Assert.Equal(VmaCodes.SourceNotSeekable, Assert.Throws<VmaException>(() => VmaRestoreTest.Run(pipe)).Code);
    }

    [Fact]
    public void What_a_terminal_acts_on_is_not_in_the_text_of_a_serial_port()
    {
        VmaTools.Restores.SerialText text = new(["log\u00efn:", "panic"]);
        byte[] bytes = Encoding.UTF8.GetBytes("\u001bc\u001b[?7l\u001b[2JGRUB\r\n\u202elog\u00ef");
        text.Add(bytes, bytes.Length);
        Assert.Null(text.Seen);
        text.Add("n: panic"u8.ToArray(), 8);
        Assert.Equal("log\u00efn:", text.Seen);
        Assert.Equal("GRUB\nlog\u00efn: panic", text.ToString());
        byte[] much = [.. Enumerable.Repeat((byte)'x', 100_000)];
        text.Add(much, much.Length);
        Assert.Equal(65536, text.ToString().Length);
    }

    /// <summary>The codes that are no note about a name that tests have, or a config that they have not.</summary>
    private static string[] Told(VmaRestoreTestResult result) =>
        [.. result.Findings.Select(static f => f.Code).Except([VmaCodes.RestoreNameRefused, VmaCodes.VMConfigMissing, VmaCodes.DeviceNotInConfig])];

    private string Linux(Action<byte[]>? change = null)
    {
        BootableGuest.SkipWithout();
        string disk = BootableGuest.Make(_folder.FullName, Marker);
        if (change is not null)
        {
            byte[] bytes = File.ReadAllBytes(disk);
            change(bytes);
            File.WriteAllBytes(disk, bytes);
        }

        return Archive("boot: order=virtio0\nvirtio0: local:disk-0\n#qmdump#map:virtio0:drive-virtio0:local:raw:\n", ("drive-virtio0", disk));
    }

    private string Archive(string? config, params (string Name, string File)[] disks)
    {
        string path = _folder.File("guest.vma");
        using VmaCreation creation = new();
        if (config is not null)
        {
            creation.AddConfig(VmaVM.ConfigName, Encoding.ASCII.GetBytes(config));
        }

        foreach ((string name, string file) in disks)
        {
            creation.AddFile(name, file);
        }

        creation.Run(path);
        return path;
    }

    /// <summary>What a UEFI keeps of its settings: none yet.</summary>
    private string Variables()
    {
        string path = _folder.File("variables");
        File.WriteAllBytes(path, new byte[528 << 10]);
        return path;
    }

    /// <summary>A program that does what a shell is told.</summary>
    private string Script(string commands)
    {
        string path = _folder.File("emulator");
        File.WriteAllText(path, "#!/bin/sh\n" + commands + "\n");
        new Tool("chmod").Run("755", path);
        return path;
    }

    private string Mke2fs(Action<string> fill)
    {
        string folder = Directory.CreateDirectory(_folder.File("root")).FullName;
        fill(folder);
        string image = _folder.File("root.raw");
        new Tool("mke2fs").Run("-q", "-t", "ext4", "-L", "root", "-d", folder, image, "8M");
        return image;
    }

    private static void Write(string folder, string name, string text)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
