using System.IO;
using System.Linq;
using System.Text;
using VmaTools.Guests;
using Xunit;

namespace VmaTools.Tests.Guests;

public class VirtualMachineTests
{
    [Fact]
    public void The_machine_of_a_real_archive()
    {
        VirtualMachine vm = Read("tiny.conf");

        Assert.Equal(("tiny", "host", 2, 1, 2048L, null), (vm.Name, vm.Cpu, vm.Cores, vm.Sockets, vm.Memory, vm.Balloon));
        Assert.Equal(("ovmf", "q35", "l26", true), (vm.Bios, vm.Machine, vm.OSType, vm.Agent.IsEnabled));
        Assert.Equal("Tiny guest for tests: two lines\nsecond line with ä and 100%", vm.Description);
        Assert.Equal(["scsi0", "net0"], vm.BootOrder);
        Assert.Equal(["lab", "tiny"], vm.Tags);
        Assert.Equal(
            [
                ("efidisk0", "efidisk", 0, "local-lvm", 540_672L, "raw", "drive-efidisk0", DiskAbsence.None),
                ("ide2", "ide", 2, "local", 600L << 20, null, null, DiskAbsence.CdRom),
                ("scsi0", "scsi", 0, "local-lvm", 8L << 20, "raw", "drive-scsi0", DiskAbsence.None),
                ("scsi1", "scsi", 1, "ceph", 500L << 30, null, null, DiskAbsence.ExcludedByOption),
                ("scsi2", "scsi", 2, "nfs", 2049L << 10, "qcow2", "drive-scsi2", DiskAbsence.None),
                ("tpmstate0", "tpmstate", 0, "local-lvm", 4L << 20, "raw", "drive-tpmstate0-backup", DiskAbsence.None),
            ],
            vm.Disks.Select(disk => (disk.Key, disk.Bus, disk.Index, disk.Storage, disk.Size!.Value, disk.Format, disk.DeviceName, disk.WhyAbsent)));
        Assert.Equal("discard=on iothread=1 size=8M ssd=1", string.Join(' ', vm.Disks[2].Options.Select(pair => pair.Key + "=" + pair.Value)));
        VirtualNetwork network = Assert.Single(vm.Networks);
        Assert.Equal(("net0", "virtio", "BC:24:11:00:01:01", "vmbr0", null, true), (network.Key, network.Model, network.MacAddress, network.Bridge, network.Tag, network.Firewall));
        Assert.Equal(["meta", "numa", "scsihw", "smbios1", "vmgenid"], vm.OtherEntries.Select(entry => entry.Key));
    }

    [Fact]
    public void Windows_11_with_efi_and_tpm()
    {
        VirtualMachine vm = Read("windows11.conf");

        Assert.Equal((8192L, "win11", "pc-q35-9.2+pve1"), (vm.Memory, vm.OSType, vm.Machine));
        Assert.Equal("Arbeitsplatz: Buchhaltung\n\nKennwort im Tresor, nicht hier. 50% der Lizenz.", vm.Description);
        Assert.True(vm.Agent.IsEnabled);
        Assert.Equal(["fstrim_cloned_disks", "type"], vm.Agent.Options.Keys);
        Assert.Equal((long)(1.5 * (1L << 40)), vm.Disks.Single(disk => disk.Key == "scsi1").Size);
        Assert.Equal("qcow2", vm.Disks.Single(disk => disk.Key == "scsi1").Format);
        Assert.Equal(
            "None CdRom CdRom None ExcludedByOption None",
            string.Join(' ', vm.Disks.Select(disk => disk.WhyAbsent)));
        Assert.Equal(
            [("virtio", "BC:24:11:5A:0C:7E", "vmbr0", 20, true), ("e1000e", "BC:24:11:5A:0C:7F", "vmbr1", null, false)],
            vm.Networks.Select(net => (net.Model, net.MacAddress, net.Bridge, net.Tag, net.Firewall)));
        Assert.Equal(["bridge", "link_down", "mtu"], vm.Networks[1].Options.Keys);
        Assert.Equal(["hostpci0", "hotplug", "meta", "numa", "scsihw", "serial0", "smbios1", "usb0", "usb1", "vga", "vmgenid"], vm.OtherEntries.Select(entry => entry.Key));
    }

    [Fact]
    public void Old_forms()
    {
        VirtualMachine vm = Read("old-ide.conf");

        Assert.Equal((1, 2, 0L, "seabios"), (vm.Cores, vm.Sockets, vm.Balloon, vm.Bios));
        Assert.Equal("moved from the old host\nkeep until 2027", vm.Description);
        Assert.Equal(["ide0", "ide2", "net0"], vm.BootOrder);
        Assert.Equal(
            [("ide2", DiskAbsence.CdRom), ("efidisk0", DiskAbsence.EfiWithoutOvmf), ("ide0", DiskAbsence.None), ("ide1", DiskAbsence.None)],
            vm.Disks.Select(disk => (disk.Key, disk.WhyAbsent)));
        Assert.Equal((null, "/dev/disk/by-id/ata-WDC_WD40EFRX", null, "drive-ide1"), (vm.Disks[3].Storage, vm.Disks[3].Volume, vm.Disks[3].Format, vm.Disks[3].DeviceName));
        Assert.Equal("vmdk", vm.Disks[2].Format);
        Assert.Contains("unused0", vm.OtherEntries.Select(entry => entry.Key));
    }

    [Fact]
    public void Cloud_init()
    {
        VirtualMachine vm = Read("cloud-init.conf");

        Assert.True(vm.Disks[0].IsCloudInit);
        Assert.Equal(DiskAbsence.CdRom, vm.Disks[0].WhyAbsent);
        Assert.Equal(["iops_rd", "serial", "size"], vm.Disks[1].Options.Keys);
        Assert.Equal("10;20;30", vm.Networks[0].Options["trunks"]);
        Assert.Equal(("virtio", null, "vmbr2"), (vm.Networks[1].Model, vm.Networks[1].MacAddress, vm.Networks[1].Bridge));
        Assert.Equal((2, QemuConfigSectionKind.Special), (vm.Cores, vm.Config.Sections[1].Kind));
        Assert.Empty(vm.Snapshots);
    }

    [Fact]
    public void Snapshots_and_pending_changes_stay_out_of_the_machine()
    {
        VirtualMachine vm = Read("snapshots.conf");

        Assert.Equal((4, 4096L, "main description"), (vm.Cores, vm.Memory, vm.Description));
        Assert.Equal(64L << 30, Assert.Single(vm.Disks).Size);
        Assert.Equal(["before", "after"], vm.Snapshots.Select(snapshot => snapshot.Name));
        Assert.Equal("before the upgrade", vm.Snapshots[0].Description);
        Assert.Equal("8", vm.Config.Sections[1].GetValue("cores"));
    }

    [Fact]
    public void Silence_means_the_defaults_and_nonsense_means_null()
    {
        VirtualMachine silent = Parse(string.Empty);
        Assert.Equal((null, 1, 1, 512L, "seabios", false), (silent.Name, silent.Cores, silent.Sockets, silent.Memory, silent.Bios, silent.Agent.IsEnabled));

        VirtualMachine odd = Parse("cores: two\nmemory: lots\nscsi0: a:b,size=8X\nscsi31: a:c\nide4: a:d\nscsi00: a:e\nnet0: x,tag=y\nnet32: virtio\n");
        Assert.Null(odd.Cores);
        Assert.Null(odd.Memory);
        Assert.Null(Assert.Single(odd.Disks).Size);
        Assert.Equal(DiskAbsence.NotMapped, odd.Disks[0].WhyAbsent);
        Assert.Null(Assert.Single(odd.Networks).Tag);
        Assert.Equal(["scsi31", "ide4", "scsi00", "net32"], odd.OtherEntries.Select(entry => entry.Key));
    }

    [Fact]
    public void Of_a_disk_given_twice_the_last_counts()
    {
        VirtualDisk disk = Assert.Single(Parse("scsi0: a:1\nscsi0: b:2\n").Disks);

        Assert.Equal("b", disk.Storage);
    }

    [Fact]
    public void An_excluded_disk_that_has_a_map_line_is_there()
    {
        VirtualDisk disk = Assert.Single(Parse("scsi0: a:1,backup=no\n#qmdump#map:scsi0:drive-scsi0:a:raw:\n").Disks);

        Assert.True(disk.BackupExcluded);
        Assert.Equal(DiskAbsence.None, disk.WhyAbsent);
    }

    [Theory]
    [InlineData("ovmf", nameof(DiskAbsence.NotMapped))]
    [InlineData("seabios", nameof(DiskAbsence.EfiWithoutOvmf))]
    public void An_efi_disk_without_a_map_line_is_explained_by_the_bios_alone(string bios, string expected)
    {
        Assert.Equal(expected, Assert.Single(Parse("bios: " + bios + "\nefidisk0: a:1\n").Disks).WhyAbsent.ToString());
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

    private static VirtualMachine Read(string file) =>
        VirtualMachine.From(QemuConfig.Parse(File.ReadAllBytes(Fixtures.Path("guests/" + file))));

    private static VirtualMachine Parse(string text) => VirtualMachine.From(QemuConfig.Parse(Encoding.UTF8.GetBytes(text)));
}
