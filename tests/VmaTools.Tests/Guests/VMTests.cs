using System.IO;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Guests;

public class VMTests
{
    [Fact]
    public void The_machine_of_a_real_archive()
    {
        VmaVM vm = Read("tiny.conf");

        Assert.Equal(("tiny", "host", 2, 1, 2048L << 20, null), (vm.Name, vm.Cpu, vm.Cores, vm.Sockets, vm.Memory, vm.Balloon));
        Assert.Equal(("ovmf", "q35", "l26", true), (vm.Bios, vm.Machine, vm.OSType, vm.IsAgentEnabled));
        Assert.Equal("Tiny guest for tests: two lines\nsecond line with ä and 100%", vm.Description);
        Assert.Equal(["scsi0", "net0"], vm.BootOrder);
        Assert.Equal(["lab", "tiny"], vm.Tags);
        Assert.Equal(
            [
                ("efidisk0", "efidisk", 0, "local-lvm", 540_672L, "raw", "drive-efidisk0", null),
                ("ide2", "ide", 2, "local", 600L << 20, null, null, VmaDiskAbsence.CdRom),
                ("scsi0", "scsi", 0, "local-lvm", 8L << 20, "raw", "drive-scsi0", null),
                ("scsi1", "scsi", 1, "ceph", 500L << 30, null, null, VmaDiskAbsence.Excluded),
                ("scsi2", "scsi", 2, "nfs", 2049L << 10, "qcow2", "drive-scsi2", null),
                ("tpmstate0", "tpmstate", 0, "local-lvm", 4L << 20, "raw", "drive-tpmstate0-backup", null),
            ],
            vm.Disks.Select(disk => (disk.Key, disk.Bus, disk.Index, disk.Storage, disk.Size!.Value, disk.Format, disk.DeviceName, disk.WhyAbsent)));
        Assert.Equal("discard=on iothread=1 size=8M ssd=1", string.Join(' ', vm.Disks[2].Options.Select(pair => pair.Key + "=" + pair.Value)));
        VmaVMNetwork network = Assert.Single(vm.Networks);
        Assert.Equal(("net0", "virtio", "BC:24:11:00:01:01", "vmbr0", null, true), (network.Key, network.Model, network.MacAddress, network.Bridge, network.Tag, network.HasFirewall));
        Assert.Equal(["meta", "numa", "scsihw", "smbios1", "vmgenid"], vm.OtherSettings.Select(entry => entry.Key));
    }

    [Fact]
    public void Windows_11_with_efi_and_tpm()
    {
        VmaVM vm = Read("windows11.conf");

        Assert.Equal((8192L << 20, "win11", "pc-q35-9.2+pve1"), (vm.Memory, vm.OSType, vm.Machine));
        Assert.Equal("Arbeitsplatz: Buchhaltung\n\nKennwort im Tresor, nicht hier. 50% der Lizenz.", vm.Description);
        Assert.True(vm.IsAgentEnabled);
        Assert.Equal((long)(1.5 * (1L << 40)), vm.Disks.Single(disk => disk.Key == "scsi1").Size);
        Assert.Equal("qcow2", vm.Disks.Single(disk => disk.Key == "scsi1").Format);
        Assert.Equal(
            " CdRom CdRom  Excluded ",
            string.Join(' ', vm.Disks.Select(disk => disk.WhyAbsent)));
        Assert.Equal(
            [("virtio", "BC:24:11:5A:0C:7E", "vmbr0", 20, true), ("e1000e", "BC:24:11:5A:0C:7F", "vmbr1", null, false)],
            vm.Networks.Select(net => (net.Model, net.MacAddress, net.Bridge, net.Tag, net.HasFirewall)));
        Assert.Equal(["bridge", "link_down", "mtu"], vm.Networks[1].Options.Keys);
        Assert.Equal(["hostpci0", "hotplug", "meta", "numa", "scsihw", "serial0", "smbios1", "usb0", "usb1", "vga", "vmgenid"], vm.OtherSettings.Select(entry => entry.Key));
    }

    [Fact]
    public void Old_forms()
    {
        VmaVM vm = Read("old-ide.conf");

        Assert.Equal((1, 2, 0L, "seabios"), (vm.Cores, vm.Sockets, vm.Balloon, vm.Bios));
        Assert.Equal("moved from the old host\nkeep until 2027", vm.Description);
        Assert.Equal(["ide0", "ide2", "net0"], vm.BootOrder);
        Assert.Equal(
            [("ide2", VmaDiskAbsence.CdRom), ("efidisk0", VmaDiskAbsence.EfiWithoutOvmf), ("ide0", null), ("ide1", null)],
            vm.Disks.Select(disk => (disk.Key, disk.WhyAbsent)));
        Assert.Equal((null, "/dev/disk/by-id/ata-WDC_WD40EFRX", null, "drive-ide1"), (vm.Disks[3].Storage, vm.Disks[3].Volume, vm.Disks[3].Format, vm.Disks[3].DeviceName));
        Assert.Equal("vmdk", vm.Disks[2].Format);
        Assert.Contains("unused0", vm.OtherSettings.Select(entry => entry.Key));
    }

    [Fact]
    public void Cloud_init()
    {
        VmaVM vm = Read("cloud-init.conf");

        Assert.True(vm.Disks[0].IsCloudInit);
        Assert.Equal(VmaDiskAbsence.CdRom, vm.Disks[0].WhyAbsent);
        Assert.Equal(["iops_rd", "serial", "size"], vm.Disks[1].Options.Keys);
        Assert.Equal("10;20;30", vm.Networks[0].Options["trunks"]);
        Assert.Equal(("virtio", null, "vmbr2"), (vm.Networks[1].Model, vm.Networks[1].MacAddress, vm.Networks[1].Bridge));
        Assert.Equal((2, "Special"), (vm.Cores, vm.Sections[0].Kind));
        Assert.DoesNotContain("Snapshot", vm.Sections.Select(section => section.Kind));
    }

    [Fact]
    public void Snapshots_and_pending_changes_stay_out_of_the_machine()
    {
        VmaVM vm = Read("snapshots.conf");

        Assert.Equal((4, 4096L << 20, "main description"), (vm.Cores, vm.Memory, vm.Description));
        Assert.Equal(64L << 30, Assert.Single(vm.Disks).Size);
        Assert.Equal(["before", "after"], vm.Sections.Where(section => section.Kind == "Snapshot").Select(section => section.Name));
        Assert.Equal("before the upgrade", vm.Sections.First(section => section.Kind == "Snapshot").Description);
        Assert.Equal("8", vm.Sections[0].Settings.Single(setting => setting.Key == "cores").Value);
    }

    [Fact]
    public void Silence_means_the_defaults_and_nonsense_means_null()
    {
        VmaVM silent = Parse(string.Empty);
        Assert.Equal((null, 1, 1, 512L << 20, "seabios", false), (silent.Name, silent.Cores, silent.Sockets, silent.Memory, silent.Bios, silent.IsAgentEnabled));

        VmaVM odd = Parse("cores: two\nmemory: lots\nscsi0: a:b,size=8X\nscsi31: a:c\nide4: a:d\nscsi00: a:e\nnet0: x,tag=y\nnet32: virtio\n");
        Assert.Null(odd.Cores);
        Assert.Null(odd.Memory);
        Assert.Null(Assert.Single(odd.Disks).Size);
        Assert.Equal(VmaDiskAbsence.NotMapped, odd.Disks[0].WhyAbsent);
        Assert.Null(Assert.Single(odd.Networks).Tag);
        Assert.Equal(["scsi31", "ide4", "scsi00", "net32"], odd.OtherSettings.Select(entry => entry.Key));
    }

    [Fact]
    public void Of_a_disk_given_twice_the_last_counts()
    {
        VmaVMDisk disk = Assert.Single(Parse("scsi0: a:1\nscsi0: b:2\n").Disks);

        Assert.Equal("b", disk.Storage);
    }

    [Fact]
    public void An_excluded_disk_that_has_a_map_line_is_there()
    {
        VmaVMDisk disk = Assert.Single(Parse("scsi0: a:1,backup=no\n#qmdump#map:scsi0:drive-scsi0:a:raw:\n").Disks);

        Assert.True(disk.IsExcluded);
        Assert.Null(disk.WhyAbsent);
    }

    [Theory]
    [InlineData("ovmf", VmaDiskAbsence.NotMapped)]
    [InlineData("seabios", VmaDiskAbsence.EfiWithoutOvmf)]
    public void An_efi_disk_without_a_map_line_is_explained_by_the_bios_alone(string bios, string expected)
    {
        Assert.Equal(expected, Assert.Single(Parse("bios: " + bios + "\nefidisk0: a:1\n").Disks).WhyAbsent);
    }

    [Theory]
    [InlineData("local:vm-1-disk-0,size=1", "local:vm-1-disk-0", "size", true)]
    [InlineData("file=local:x,media=disk", "local:x", "media", true)]
    [InlineData("size=1,local:x", "local:x", "size", true)]
    [InlineData("local:x,,  ,a=b=c", "local:x", "a", true)]
    [InlineData("local:x,other:y", "local:x", "", false)]
    [InlineData("local:x,a=1,a=2", "local:x", "a", false)]
    [InlineData("local:x,=1", "local:x", "", false)]
    [InlineData("local:x,a=", "local:x", "", false)]
    [InlineData("", null, "", true)]
    public void Property_strings(string text, string? file, string otherKeys, bool isWellFormed)
    {
        PropertyString properties = PropertyString.Parse(text, "file");

        Assert.Equal((file, isWellFormed), (properties.GetValue("file"), properties.IsWellFormed));
        Assert.Equal(otherKeys, string.Join(' ', properties.Keys.Where(key => key != "file")));
    }

    [Fact]
    public void A_value_keeps_its_equals_signs_and_quotes()
    {
        PropertyString properties = PropertyString.Parse("a=b=c,d=\"e\", f=g");

        Assert.Equal(("b=c", "\"e\"", "g"), (properties.GetValue("a"), properties.GetValue("d"), properties.GetValue(" f")));
    }

    [Theory]
    [InlineData("32G", 32L << 30)]
    [InlineData("528K", 528L << 10)]
    [InlineData("4MiB", 4L << 20)]
    [InlineData("1.5T", 3L << 39)]
    [InlineData("2049", 2049L)]
    [InlineData("8X", null)]
    [InlineData("-1G", null)]
    [InlineData("1,5G", null)]
    [InlineData(".5G", null)]
    [InlineData("5.", null)]
    [InlineData("5iB", null)]
    [InlineData("iB", null)]
    [InlineData("", null)]
    [InlineData("G", null)]
    [InlineData("99999999999999999999T", null)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Sizes(string text, long? bytes)
    {
        Assert.Equal(bytes, Parse("scsi0: a:b,size=" + text.Replace(",", "_", System.StringComparison.Ordinal)).Disks[0].Size);
    }

    [Fact]
    public void A_machine_is_a_type_with_options()
    {
        VmaVM vm = Archived("machine-property");
        Assert.Equal(("q35", "viommu=virtio"), (vm.Machine, string.Join(' ', vm.MachineOptions.Select(static p => p.Key + "=" + p.Value))));
        Assert.Null(vm.Architecture);

        vm = Archived("busy-config");
        Assert.Equal(("pc-q35-9.2+pve1", "virtio"), (vm.Machine, vm.MachineOptions["viommu"]));
        Assert.Equal("2023", vm.Disks.Single(static d => d.Bus == "efidisk").Options["ms-cert"]);
        Assert.Null(Parse("cores: 1").Machine);
        Assert.Empty(Parse("cores: 1").MachineOptions);
    }

    [Fact]
    public void The_architecture_is_told()
    {
        VmaVM vm = Parse("arch: aarch64\nmachine: virt\n\n[special:fleecing]\nfleecing-images: local-lvm:vm-1-fleece-0\n");
        Assert.Equal(("aarch64", "virt"), (vm.Architecture, vm.Machine));
        Assert.Empty(vm.OtherSettings);
        VmaVMSection section = Assert.Single(vm.Sections);
        Assert.Equal(("special:fleecing", "Special"), (section.Name, section.Kind));
        Assert.Empty(vm.Disks);
    }

    [Fact]
    public void Without_map_lines_a_device_is_told_by_its_name()
    {
        VmaVMDisk disk = Assert.Single(Archived("no-map-line").Disks);
        Assert.Equal(("virtio0", "drive-virtio0", false, null), (disk.Key, disk.DeviceName, disk.IsMapped, disk.WhyAbsent));
        VmaFinding finding = Assert.Single(
            VmaArchiveTest.Run(Fixtures.Path("kinds/no-map-line.vma.zst")).Findings, static f => f.Code != VmaCodes.RestoreNameRefused);
        Assert.Equal((VmaCodes.MapLineMissing, "drive-virtio0"), (finding.Code, finding.Device));
        Assert.All(Archived("busy-config").Disks.Where(static d => d.DeviceName is not null), static d => Assert.True(d.IsMapped));

        // A device that another disk's map line names is that disk's.
        VmaVM vm = Parse("scsi0: a:b\nscsi1: a:c\n#qmdump#map:scsi1:drive-scsi0:a:raw:\n");
        Assert.Equal([(VmaDiskAbsence.NotMapped, null), (null, "drive-scsi0")], vm.Disks.Select(static d => (d.WhyAbsent, d.DeviceName)));
    }

    private static VmaVM Archived(string name)
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path($"kinds/{name}.vma.zst"));
        return VmaVM.From(archive)!;
    }

    private static VmaVM Read(string file) => From(File.ReadAllBytes(Fixtures.Path("guests/" + file)));

    private static VmaVM Parse(string text) => From(Encoding.UTF8.GetBytes(text));

    /// <summary>The VM of an archive that has a device for each map line.</summary>
    private static VmaVM From(byte[] config)
    {
        ArchiveForge forge = new ArchiveForge().Config(ArchiveForge.Terminated("qemu-server.conf"), config).Device(100, "other", 65536);
        int id = 0;
        foreach (QemuConfigMap map in QemuConfig.Parse(config).Maps)
        {
            forge.Device(++id, map.DeviceName, 65536);
        }

        using VmaArchive archive = VmaArchive.Open(new MemoryStream(forge.Build()));
        return VmaVM.From(archive)!;
    }
}
