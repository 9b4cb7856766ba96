using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace VmaTools.Tests.Guests;

public sealed class QemuConfigBuilderTests
{
    private const long GiB = 1L << 30;

    [Fact]
    public void A_Windows_from_elsewhere_finds_drivers_that_it_has()
    {
        Assert.Equal(
            """
            bios: ovmf
            boot: order=sata0
            cores: 4
            efidisk0: local-lvm:vm-100-disk-0,efitype=4m,size=528K
            machine: q35
            memory: 8192
            name: dc01.example.org
            net0: e1000=00:15:5D:0A:0B:0C,bridge=vmbr0
            ostype: win10
            sata0: local-lvm:vm-100-disk-1,size=64G
            sata1: local-lvm:vm-100-disk-2,size=1536M
            smbios1: uuid=22abf1e3-5743-45a7-aeac-d58493588a63
            sockets: 1
            #qmdump#map:efidisk0:drive-efidisk0:local-lvm:raw:
            #qmdump#map:sata0:drive-sata0:local-lvm:raw:
            #qmdump#map:sata1:drive-sata1:local-lvm:raw:

            """.ReplaceLineEndings("\n"),
            Make(new QemuConfigOptions
            {
                Name = "dc01.example.org",
                Cores = 4,
                Memory = 8 * GiB,
                OSType = "win10",
                IsUefi = true,
                Networks = [new GuestNetwork("00-15-5d-0a-0b-0c")],
                SystemUuid = "22abf1e3-5743-45a7-aeac-d58493588a63",
                Disks = [new GuestDisk(64 * GiB), new GuestDisk(1536 << 20)],
            }));
    }

    [Fact]
    public void Others_get_what_is_fast()
    {
        string config = Make(new QemuConfigOptions { OSType = "l26", Networks = [new GuestNetwork()], Disks = [new GuestDisk(GiB + 512), new GuestDisk(GiB, "virtio1"), new GuestDisk(GiB)] });
        Assert.Matches("(?m)^net0: virtio=BC:24:11:[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2},bridge=vmbr0$", config);
        Assert.Contains("\nscsi0: local-lvm:vm-100-disk-0,size=1073742336\n", config, StringComparison.Ordinal);
        Assert.Contains("\nscsi1: ", config, StringComparison.Ordinal);
        Assert.Contains("\nvirtio1: ", config, StringComparison.Ordinal);
        Assert.Contains("\nscsihw: virtio-scsi-single\n", config, StringComparison.Ordinal);
        Assert.DoesNotContain("efidisk0", config, StringComparison.Ordinal);
        string windows = Make(new QemuConfigOptions { OSType = "win11", HasVirtioDrivers = true, Networks = [new GuestNetwork()], Disks = [new GuestDisk(GiB)] });
        Assert.Contains("\nscsi0: ", windows, StringComparison.Ordinal);
        Assert.Contains("\nnet0: virtio=", windows, StringComparison.Ordinal);
    }

    /// <summary>
    /// A restore reads the lines by these patterns (those of qemu-server): each drive must be tied to a device that is in the archive,
    /// and each device to a drive.
    /// </summary>
    [Fact]
    public void A_restore_ties_every_drive_to_a_device()
    {
        byte[] config = QemuConfigBuilder.Create(new QemuConfigOptions
        {
            OSType = "win10", IsUefi = true, Disks = [new GuestDisk(1 << 20), new GuestDisk(1 << 20, "scsi5"), new GuestDisk(1 << 20)],
        });
        using VmaCreation creation = new();
        creation.AddConfig("qemu-server.conf", config);
        creation.AddEfiVariables();
        foreach (string name in creation.MappedNames.Skip(1))
        {
            creation.AddStream(name, new MemoryStream(new byte[1 << 20]));
        }

        using MemoryStream output = new();
        creation.Run(output);
        output.Position = 0;
        using VmaArchive archive = VmaArchive.Open(output, leaveOpen: true);
        string[] lines = Encoding.UTF8.GetString(archive.Configs.Single().GetBytes()).Split('\n');
        Dictionary<string, string> maps = lines
            .Select(static l => Regex.Match(l, @"^\#qmdump\#map:(\S+):(\S+):(\S*):(\S*):$"))
            .Where(static m => m.Success)
            .ToDictionary(static m => m.Groups[1].Value, static m => m.Groups[2].Value);
        string[] drives = [.. lines
            .Select(static l => Regex.Match(l, @"^((ide|scsi|virtio|sata|efidisk|tpmstate)\d+):\s*(\S+)\s*$"))
            .Where(static m => m.Success)
            .Select(static m => m.Groups[1].Value)];
        Assert.Equal(["efidisk0", "sata0", "sata1", "scsi5"], drives);
        Assert.Equal(drives.Order(), maps.Keys.Order());
        Assert.Equal(archive.Devices.Select(static d => d.Name).Order(), maps.Values.Order());
        VmaVM machine = VmaVM.From(archive)!;
        Assert.All(machine.Disks, d => Assert.Equal("drive-" + d.Key, d.DeviceName));
    }

    /// <summary>The same file as the package of OVMF for Debian has (2022.11, OVMF_VARS_4M.fd).</summary>
    [Fact]
    public void The_variables_of_UEFI_are_those_that_OVMF_begins_with() => Assert.Equal(
        "5d2ac383371b408398accee7ec27c8c09ea5b74a0de0ceea6513388b15be5d1e",
        Convert.ToHexString(SHA256.HashData(VmaTools.Guests.EfiVariables.Create())).ToLowerInvariant());

    public static TheoryData<string, QemuConfigOptions> Wrong => new()
    {
        { "kind of guest", new QemuConfigOptions { OSType = "win12" } },
        { "bus", new QemuConfigOptions { Bus = "nvme" } },
        { "network adapter", new QemuConfigOptions { NetworkModel = "e1001" } },
        { "cores", new QemuConfigOptions { Cores = 0 } },
        { "memory", new QemuConfigOptions { Memory = (1 << 30) + 1 } },
        { "host", new QemuConfigOptions { Name = "a b" } },
        { "host", new QemuConfigOptions { Name = "a\nlock: backup" } },
        { "storage", new QemuConfigOptions { Storage = "a:b" } },
        { "bridge", new QemuConfigOptions { Bridge = "a,b=c" } },
        { "processor", new QemuConfigOptions { Cpu = "host\nargs: -evil" } },
        { "processor", new QemuConfigOptions { Cpu = "host,foo=1" } },
        { "processor", new QemuConfigOptions { Cpu = "host,flags=aes" } },
        { "processor", new QemuConfigOptions { Cpu = "host,hidden=1,hidden=1" } },
        { "processor", new QemuConfigOptions { Cpu = "host,phys-bits=65" } },
        { "processor", new QemuConfigOptions { Cpu = ",host" } },
        { "machine", new QemuConfigOptions { Machine = "virt" } },
        { "machine", new QemuConfigOptions { Machine = "pc-q35-abc" } },
        { "machine", new QemuConfigOptions { Machine = "pc-i440fx-+" } },
        { "machine", new QemuConfigOptions { Machine = "pc,foo=1" } },
        { "machine", new QemuConfigOptions { Machine = "q35,viommu=intel,viommu=virtio" } },
        { "machine", new QemuConfigOptions { Machine = "q35,aw-bits=65" } },
        { "uuid", new QemuConfigOptions { SystemUuid = "1" } },
        { "address", new QemuConfigOptions { Networks = [new GuestNetwork("01:00:00:00:00:00")] } },
        { "address", new QemuConfigOptions { Networks = [new GuestNetwork("nothing")] } },
        { "drive 'sata6'", new QemuConfigOptions { Disks = [new GuestDisk(GiB, "sata6")] } },
        { "one drive", new QemuConfigOptions { Disks = [new GuestDisk(GiB, "sata1"), new GuestDisk(GiB, "sata1")] } },
        { "6 drives at most", new QemuConfigOptions { OSType = "win7", Disks = [.. Enumerable.Repeat(new GuestDisk(GiB), 7)] } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_Proxmox_does_not_take_is_refused(string named, QemuConfigOptions options)
    {
        VmaException exception = Assert.Throws<VmaException>(() => QemuConfigBuilder.Create(options));
        Assert.Equal(VmaCodes.ConfigValueInvalid, exception.Code);
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// What Proxmox says of each line in the manual of <c>qm.conf</c>: its own parser took and refused the same
    /// (<c>parse_vm_config</c> of qemu-server, strict; 2026-08).
    /// </summary>
    public static TheoryData<QemuConfigOptions> Right
    {
        get
        {
            TheoryData<QemuConfigOptions> all = [];
            foreach (string os in QemuConfigBuilder.KnownOSTypes)
            {
                all.Add(new QemuConfigOptions { OSType = os, IsUefi = true, Cores = 512, Memory = 8 * GiB, Disks = [new(GiB), new((3 * GiB) + 512)], Networks = [new(), new("00-15-5D-01-02-03")] });
                all.Add(new QemuConfigOptions { OSType = os, HasVirtioDrivers = true, Name = "a-1.example.org", Disks = [new(1 << 20), new(1 << 10), new(1L << 42)], Description = "a: b % c\n\n#x" });
            }

            foreach (string machine in new[] { "pc", "pc-9.0", "pc-q35-9.0+pve1", "pc-i440fx-8.1.pxe", "q35,viommu=intel,aw-bits=48", "q35,enable-s3=0,enable-s4=yes" })
            {
                all.Add(new QemuConfigOptions { Machine = machine });
            }

            foreach (string cpu in new[] { "host", "x86-64-v2-AES", "custom-my", "cputype=max", "host,flags=+aes;-pcid,hidden=1", "EPYC-Rome,hv-vendor-id=abc123,level=30,phys-bits=host,guest-phys-bits=40" })
            {
                all.Add(new QemuConfigOptions { Cpu = cpu });
            }

            foreach (string bridge in new[] { "vmbr0", "my-bridge", "vmbr0.100" })
            {
                all.Add(new QemuConfigOptions { Bridge = bridge, Storage = "nfs-1.a_b", Networks = [new()], SystemUuid = "22ABF1E3-5743-45A7-AEAC-D58493588A63" });
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Right))]
    public void Each_line_is_one_that_qm_knows(QemuConfigOptions options)
    {
        const string Switch = "(0|1|on|off|yes|no|true|false)";
        const string Drive = @"[a-z][a-z0-9_.-]*[a-z0-9]:vm-[1-9]\d{2,8}-disk-\d+(,efitype=4m)?,size=\d+[KMGT]?";
        const string Flag = "[+-][a-z0-9_.-]+";
        Dictionary<string, string> grammar = new()
        {
            ["bios"] = "seabios|ovmf",
            ["boot"] = @"order=(ide|sata|scsi|virtio)\d+",
            ["cores"] = @"[1-9]\d*",
            ["cpu"] = $@"(cputype=)?(host|max|x86-64-v2-AES|EPYC-Rome|custom-[a-z0-9-]+)(,(hidden={Switch}|hv-vendor-id=[a-z0-9]{{1,12}}|flags={Flag}(;{Flag})*|phys-bits=(\d+|host)|guest-phys-bits=\d+|level=\d+))*",
            ["efidisk0"] = Drive,
            ["machine"] = $@"(pc|pc(-i440fx)?-\d+(\.\d+)+(\+pve\d+)?(\.pxe)?|q35|pc-q35-\d+(\.\d+)+(\+pve\d+)?(\.pxe)?)(,(viommu=(intel|virtio)|aw-bits=\d+|enable-s[34]={Switch}))*",
            ["memory"] = @"[1-9]\d+",
            ["name"] = @"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?",
            ["net"] = "(e1000e?|virtio)=([0-9A-F]{2}:){5}[0-9A-F]{2},bridge=[-_.a-z0-9]+",
            ["ostype"] = "other|wxp|w2k|w2k3|w2k8|wvista|win7|win8|win10|win11|l24|l26|solaris",
            ["scsihw"] = "lsi|lsi53c810|virtio-scsi-pci|virtio-scsi-single|megasas|pvscsi",
            ["smbios1"] = "uuid=[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}",
            ["sockets"] = @"[1-9]\d*",
        };
        HashSet<string> seen = [];
        foreach (string line in Make(options).TrimEnd('\n').Split('\n').Where(static l => !l.StartsWith('#')))
        {
            Match parts = Regex.Match(line, @"^([a-z][a-z_-]*\d*): (\S.*)$");
            Assert.True(parts.Success && seen.Add(parts.Groups[1].Value), line);
            string key = parts.Groups[1].Value;
            string pattern = grammar.TryGetValue(key, out string? known) ? known
                : Regex.IsMatch(key, @"^net([0-9]|[12]\d|3[01])$") ? grammar["net"]
                : Regex.IsMatch(key, @"^(ide[0-3]|sata[0-5]|scsi([0-9]|[12]\d|30)|virtio([0-9]|1[0-5]))$") ? Drive
                : "(?!)";
            Assert.Matches(new Regex($"^({pattern})$", RegexOptions.IgnoreCase), parts.Groups[2].Value);
        }
    }

    [Fact]
    public void A_description_comes_back()
    {
        const string Text = "moved: 100 % of it\n\nsecond line\n#qmdump#map:scsi0:drive-scsi0::raw:";
        Assert.Equal(Text, VmaVM.From(QemuConfigBuilder.Create(new QemuConfigOptions { Description = Text })).Description!.TrimEnd('\n'));
    }

    private static string Make(QemuConfigOptions options) => Encoding.UTF8.GetString(QemuConfigBuilder.Create(options));
}
