using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace VmaTools.Tests.Guests;

/// <summary>What VMware and VirtualBox wrote down of a VM.</summary>
public sealed class MachineDescriptionTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_OVF_of_vSphere()
    {
        MachineDescription vm = Describe("vsphere.ovf", "web shop-1.vmdk", "web-shop-2.vmdk", "web-shop-3.vmdk");
        Assert.Equal("OVF", vm.Format);
        Assert.Equal("web-shop-1", vm.Name);
        Assert.Equal("Shop: 100 % of it\nsecond line", vm.Annotation);
        Assert.Equal((4, 2), (vm.Cores, vm.Sockets));
        Assert.Equal(6144L * MiB, vm.Memory);
        Assert.Equal("l26", vm.OSType);
        Assert.True(vm.IsUefi);
        Assert.Equal("pvscsi", vm.ScsiController);
        Assert.Equal([("web shop-1.vmdk", "scsi"), ("web-shop-2.vmdk", "scsi"), ("web-shop-3.vmdk", "sata")], DisksOf(vm));
        Assert.Equal([new GuestNetwork("00:50:56:9a:0b:0c", "vmxnet3"), new GuestNetwork("", "e1000e")], vm.Networks);
        Assert.Contains("'vmdisk4' is empty", Assert.Single(vm.Warnings), StringComparison.Ordinal);

        string config = Config(vm.ToOptions([3 * MiB, 2 * MiB, MiB]));
        Assert.Matches("(?m)^scsihw: pvscsi$", config);
        Assert.Matches("(?m)^scsi1: local-lvm:vm-100-disk-2,size=2M$", config);
        Assert.Matches("(?m)^sata0: local-lvm:vm-100-disk-3,size=1M$", config);
        Assert.Matches("(?m)^boot: order=scsi0$", config);
        Assert.Matches("(?m)^net0: vmxnet3=00:50:56:9A:0B:0C,bridge=vmbr0$", config);
        Assert.Matches("(?m)^net1: e1000e=BC:24:11:", config);
        Assert.Matches("(?m)^sockets: 2$", config);
        Assert.Matches("(?m)^efidisk0: ", config);
        Assert.Contains("#Shop%3A 100 %25 of it\n#second line\n", config, StringComparison.Ordinal);
    }

    [Fact]
    public void An_OVF_of_VirtualBox()
    {
        MachineDescription vm = Describe("virtualbox.ovf", "tiny-disk001.vmdk", "tiny-disk002.vmdk");
        Assert.Equal("tiny", vm.Name);
        Assert.Equal((2, 1), (vm.Cores, vm.Sockets));
        Assert.Equal(2048L * MiB, vm.Memory);
        Assert.Equal("l26", vm.OSType);
        Assert.True(vm.IsUefi);
        Assert.Null(vm.ScsiController);
        Assert.Equal([("tiny-disk001.vmdk", "sata"), ("tiny-disk002.vmdk", "ide")], DisksOf(vm));
        Assert.Equal([new GuestNetwork("080027AABBCC", "e1000"), new GuestNetwork("080027DDEEFE", "pcnet")], vm.Networks);
        Assert.Empty(vm.Warnings);
        string config = Config(vm.ToOptions([3 * MiB, 2 * MiB]));
        Assert.Matches("(?m)^sata0: .*size=3M$", config);
        Assert.Matches("(?m)^ide0: .*size=2M$", config);
        Assert.Matches("(?m)^net1: pcnet=08:00:27:DD:EE:FE,", config);
        Assert.DoesNotMatch("(?m)^scsihw:", config);
    }

    /// <summary>The second version of the format has other elements for disks and adapters, in namespaces of their own.</summary>
    [Fact]
    public void An_OVF_of_version_2()
    {
        string text = File.ReadAllText(Fixtures.Path("machines/virtualbox.ovf")).Replace("envelope/1", "envelope/2", StringComparison.Ordinal);
        text = Regex.Replace(text, @"<Item>((?:(?!</Item>).)*<rasd:ResourceType>17(?:(?!</Item>).)*)</Item>", "<StorageItem>$1</StorageItem>", RegexOptions.Singleline);
        text = Regex.Replace(text, @"<Item>((?:(?!</Item>).)*<rasd:ResourceType>10(?:(?!</Item>).)*)</Item>", "<EthernetPortItem>$1</EthernetPortItem>", RegexOptions.Singleline);
        Assert.Equal(2, Regex.Count(text, "<StorageItem>"));
        MachineDescription vm = Read("two.ovf", text, "tiny-disk001.vmdk", "tiny-disk002.vmdk");
        Assert.Equal(2, vm.Disks.Count);
        Assert.Equal(["080027AABBCC", "080027DDEEFE"], vm.Networks.Select(static n => n.MacAddress));
    }

    [Fact]
    public void A_VMX_of_ESXi()
    {
        MachineDescription vm = Describe("esxi.vmx", "dc01.vmdk", "dc01_1.vmdk");
        Assert.Equal("VMX", vm.Format);
        Assert.Equal("DC-01-old", vm.Name);
        Assert.Equal("Domain controller\nsecond line", vm.Annotation);
        Assert.Equal((4, 1), (vm.Cores, vm.Sockets));
        Assert.Equal(8192L * MiB, vm.Memory);
        Assert.Equal("win11", vm.OSType);
        Assert.True(vm.IsUefi);
        Assert.Equal("421a0011-2233-4455-6677-8899aabbccdd", vm.SystemUuid);
        Assert.Equal([("dc01.vmdk", "scsi"), ("dc01_1.vmdk", "scsi")], DisksOf(vm));
        Assert.Equal([new GuestNetwork("00:50:56:8a:01:02", "vmxnet3"), new GuestNetwork("00:50:56:00:11:22", "e1000e")], vm.Networks);
        Assert.Contains("TPM", Assert.Single(vm.Warnings), StringComparison.Ordinal);

        // A Windows has drivers of its own for SATA and adapters of Intel; of what VMware's tools brought nobody knows.
        string config = Config(vm.ToOptions([2 * MiB, MiB]));
        Assert.Matches("(?m)^sata0: .*size=2M$", config);
        Assert.Matches("(?m)^sata1: .*size=1M$", config);
        Assert.Matches("(?m)^net0: e1000=", config);
        Assert.Matches("(?m)^net1: e1000e=", config);
        string virtio = Config(vm.ToOptions([2 * MiB, MiB]) with { HasVirtioDrivers = true });
        Assert.Matches("(?m)^scsi1: ", virtio);
        Assert.Matches("(?m)^scsihw: virtio-scsi-single$", virtio);
        Assert.Matches("(?m)^net1: virtio=", virtio);
    }

    [Fact]
    public void A_VMX_of_Workstation()
    {
        MachineDescription vm = Describe("workstation.vmx", "old box.vmdk", "data.vmdk");
        Assert.Equal("old-box", vm.Name);
        Assert.Equal((1, 2), (vm.Cores, vm.Sockets));
        Assert.Equal("wxp", vm.OSType);
        Assert.False(vm.IsUefi);

        // The firmware was told to look at the disk on IDE first.
        Assert.Equal([("data.vmdk", "ide"), ("old box.vmdk", "scsi")], DisksOf(vm));
        string config = Config(vm.ToOptions([2 * MiB, MiB]));
        Assert.Matches("(?m)^ide0: .*size=2M$", config);
        Assert.Matches("(?m)^ide1: .*size=1M$", config);
        Assert.Matches("(?m)^boot: order=ide0$", config);
    }

    [Theory]
    [InlineData("windows9_64Guest", "win10")]
    [InlineData("windows9Server64Guest", "win10")]
    [InlineData("windows2019srv_64Guest", "win10")]
    [InlineData("windows2019srvNext_64Guest", "win11")]
    [InlineData("windows11_64Guest", "win11")]
    [InlineData("Windows2012_64", "win8")]
    [InlineData("windows8Server64Guest", "win8")]
    [InlineData("windows7Server64Guest", "win7")]
    [InlineData("winLonghorn64Guest", "w2k8")]
    [InlineData("winNetEnterpriseGuest", "w2k3")]
    [InlineData("other24xLinuxGuest", "l24")]
    [InlineData("other5xLinux64Guest", "l26")]
    [InlineData("rhel9_64Guest", "l26")]
    [InlineData("vmwarePhoton64Guest", "l26")]
    [InlineData("solaris11_64Guest", "solaris")]
    [InlineData("freebsd13_64Guest", "other")]
    [InlineData("otherGuest", "other")]
    public void Kinds_of_guests(string name, string kind) =>
        Assert.Equal(kind, Read("a.ovf", Ovf(system: $"<OperatingSystemSection id='1' osType='{name}'/>")).OSType);

    [Theory]
    [InlineData("94", "l26")]
    [InlineData("70", "w2k3")]
    [InlineData("71", "wxp")]
    [InlineData("103", "win7")]
    [InlineData("120", "win10")]
    [InlineData("123", "win11")]
    [InlineData("1", "other")]
    [InlineData("999999999999", "other")]
    public void Kinds_of_guests_by_number(string number, string kind) =>
        Assert.Equal(kind, Read("a.ovf", Ovf(system: $"<OperatingSystemSection id='{number}'/>")).OSType);

    [Theory]
    [InlineData("byte * 2^20", 2048, 2048)]
    [InlineData("byte*2^30", 4, 4096)]
    [InlineData("byte * 10^9", 3, 2862)]
    [InlineData("byte", 1073741825, 1025)]
    [InlineData("GigaBytes", 2, 2048)]
    [InlineData("MB", 512, 512)]
    [InlineData(null, 512, 512)]
    public void Units_of_memory(string? unit, long quantity, long mebibytes)
    {
        string item = $"<Item><ResourceType>4</ResourceType><VirtualQuantity>{quantity}</VirtualQuantity>{(unit is null ? "" : $"<AllocationUnits>{unit}</AllocationUnits>")}</Item>";
        Assert.Equal(mebibytes * MiB, Read("a.ovf", Ovf(item)).Memory);
    }

    /// <summary>Large appliances come in several sizes, one of which is taken unless another is asked for.</summary>
    [Fact]
    public void Of_several_sizes_the_usual_one_is_taken()
    {
        string text = Ovf(
            """
            <Item configuration='small'><ResourceType>3</ResourceType><VirtualQuantity>2</VirtualQuantity></Item>
            <Item configuration='medium large'><ResourceType>3</ResourceType><VirtualQuantity>8</VirtualQuantity></Item>
            """,
            "<DeploymentOptionSection><Configuration id='small'/><Configuration id='large' default='true'/></DeploymentOptionSection>");
        Assert.Equal(8, Read("a.ovf", text).Cores);
        Assert.Equal(2, Read("b.ovf", text.Replace(" default='true'", "", StringComparison.Ordinal)).Cores);
    }

    [Fact]
    public void Controllers_are_told_by_their_names_first()
    {
        static string Drive(string type, string sub, int number) =>
            $"<Item><InstanceID>{number}</InstanceID><ResourceType>{type}</ResourceType><ResourceSubType>{sub}</ResourceSubType></Item>"
            + $"<Item><InstanceID>1{number}</InstanceID><Parent>{number}</Parent><ResourceType>17</ResourceType><HostResource>ovf:/file/f</HostResource></Item>";
        string text = Ovf(Drive("20", "vmware.nvme.controller", 1) + Drive("20", "VirtioSCSI", 2) + Drive("20", "AHCI", 3) + Drive("5", "PIIX4", 4) + Drive("6", "lsilogic", 5), References);
        Assert.Equal(["scsi", "scsi", "sata", "ide", "scsi"], Read("a.ovf", text, "a.vmdk").Disks.Select(static d => d.Bus));
    }

    [Fact]
    public void What_is_odd_is_told_or_passed_over()
    {
        MachineDescription vm = Read(
            "a.ovf",
            Ovf("<Item><ResourceType>10</ResourceType><ResourceSubType>Quantum</ResourceSubType><Address>01:00:5e:00:00:01</Address></Item>"
                + "<Item><ResourceType>1</ResourceType><ResourceSubType>vmware.vtpm</ResourceSubType></Item>"));
        Assert.Equal([new GuestNetwork()], vm.Networks);
        Assert.Equal(2, vm.Warnings.Count);
        Assert.Contains("address", vm.Warnings[1], StringComparison.Ordinal);
        Assert.Null(vm.Memory);
        Assert.Equal("x", vm.Name);
        Assert.Null(Read("b.ovf", Ovf().Replace("id='x'", "id='***'", StringComparison.Ordinal)).Name);

        // In UTF-16, as its mark says.
        File.WriteAllText(_folder.File("c.ovf"), "<?xml version='1.0' encoding='utf-16'?>" + Ovf(), Encoding.Unicode);
        Assert.Equal("x", MachineDescription.Open(_folder.File("c.ovf")).Name);
    }

    public static TheoryData<string, string> HostileOvfs => new()
    {
        { "DTD", "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + Ovf(system: "<Name>&e;</Name>") },
        { "DTD", "<!DOCTYPE a [<!ENTITY e 'ha'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>]>" + Ovf(system: "<Name>&f;</Name>") },
        { "DTD", "<!DOCTYPE Envelope SYSTEM 'http://127.0.0.1:1/x.dtd'>" + Ovf() },
        { "breaks the rules", "<Envelope><VirtualSystem>" },
        { "breaks the rules", "<?xml version='1.0' encoding='nothing-8'?>" + Ovf() },
        { "is no OVF", "<html><body/></html>" },
        { "no VM", "<Envelope/>" },
        { "several VMs", "<Envelope><VirtualSystemCollection><VirtualSystem/><VirtualSystem/></VirtualSystemCollection></Envelope>" },
        { "hardware", "<Envelope><VirtualSystem/></Envelope>" },
        { "not in the folder", WithDisk("../secret.vmdk") },
        { "not in the folder", WithDisk("..%2fsecret.vmdk") },
        { "not in the folder", WithDisk("/etc/passwd") },
        { "not in the folder", WithDisk("file:///etc/passwd") },
        { "not in the folder", WithDisk("http://example.org/a.vmdk") },
        { "not in the folder", WithDisk("C:\\secret.vmdk") },
        { "not in the folder", WithDisk("sub/a.vmdk") },
        { "not in the folder", WithDisk("") },
        { "compressed or cut", WithDisk("a.vmdk", " compression='gzip'") },
        { "compressed or cut", WithDisk("a.vmdk", " chunkSize='1000'") },
        { "no File 'g'", Ovf(Drive("ovf:/file/g"), References) },
        { "no Disk 'g'", Ovf(Drive("ovf:/disk/g"), References) },
        { "no disk of the package", Ovf(Drive("ovf:/disk/../../etc"), References) },
        { "differs from another", Ovf(Drive("ovf:/disk/d"), References + "<DiskSection><Disk diskId='d' fileRef='f' parentRef='e'/></DiskSection>") },
        { "65 disks", Ovf(string.Concat(Enumerable.Repeat(Drive("ovf:/file/f"), 65)), References) },
        { "no number", Ovf("<Item><ResourceType>3</ResourceType><VirtualQuantity>-1</VirtualQuantity></Item>") },
        { "no number", Ovf("<Item><ResourceType>3</ResourceType><VirtualQuantity>100000000000000000000</VirtualQuantity></Item>") },
        { "no unit", Ovf("<Item><ResourceType>4</ResourceType><VirtualQuantity>1</VirtualQuantity><AllocationUnits>parsec</AllocationUnits></Item>") },
        { "bytes of memory", Ovf("<Item><ResourceType>4</ResourceType><VirtualQuantity>9</VirtualQuantity><AllocationUnits>byte * 2^99</AllocationUnits></Item>") },
    };

    [Theory]
    [MemberData(nameof(HostileOvfs))]
    public void What_an_OVF_may_not_is_refused(string told, string text)
    {
        File.WriteAllBytes(_folder.File("a.vmdk"), []);
        AssertRefused("a.ovf", Encoding.UTF8.GetBytes(text), told);
    }

    public static TheoryData<string, string> HostileVmxs => new()
    {
        { "neither an OVF nor a VMX", "hello = \"world\"\n" },
        { "neither an OVF nor a VMX", "" },
        { "encrypted", Vmx("encryption.keySafe = \"vmware:key/list/x\"") },
        { "not in the folder", Vmx("scsi0:0.fileName = \"/vmfs/volumes/ds1/other/a.vmdk\"") },
        { "not in the folder", Vmx("scsi0:0.fileName = \"..|2fsecret.vmdk\"") },
        { "not in the folder", Vmx("ide0:0.fileName = \"D:\\secret.vmdk\"") },
        { "no number", Vmx("memsize = \"much\"") },
        { "no number", Vmx("numvcpus = \"0\"") },
        { "disks", Vmx(string.Join('\n', Enumerable.Range(0, 65).Select(static i => $"scsi{i}:0.fileName = \"a.vmdk\""))) },
    };

    [Theory]
    [MemberData(nameof(HostileVmxs))]
    public void What_a_VMX_may_not_is_refused(string told, string text)
    {
        File.WriteAllBytes(_folder.File("a.vmdk"), []);
        AssertRefused("a.vmx", Encoding.UTF8.GetBytes(text), told);
    }

#if !ENGINE_NETSTANDARD
    // .NET Framework has no way to tell links.
    [Fact]
    public void A_link_that_leads_out_of_the_folder_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege there.");
        string outside = Directory.CreateDirectory(_folder.File("outside")).FullName;
        File.WriteAllBytes(Path.Combine(outside, "secret.vmdk"), []);
        File.CreateSymbolicLink(_folder.File("link.vmdk"), Path.Combine(outside, "secret.vmdk"));
        AssertRefused("a.ovf", Encoding.UTF8.GetBytes(WithDisk("link.vmdk")), "leads out");
        AssertRefused("a.vmx", Encoding.UTF8.GetBytes(Vmx("nvme0:0.fileName = \"link.vmdk\"")), "leads out");
    }
#endif

    /// <summary>What takes time by the square of something is refused before.</summary>
    [Fact]
    public void Depth_and_numbers_are_bounded()
    {
        string deep = string.Concat(Enumerable.Repeat("<a>", 200_000));
        const string Item = "<Item><ResourceType>17</ResourceType><Parent>x</Parent></Item>";
        string many = $"<Envelope><VirtualSystem><VirtualHardwareSection>{string.Concat(Enumerable.Repeat(Item, 30_000))}</VirtualHardwareSection></VirtualSystem></Envelope>";
        foreach ((string text, string told) in new[] { (deep, "more than 100 deep"), ($"<Envelope>{deep}{deep.Replace("<", "</", StringComparison.Ordinal)}</Envelope>", "more than 100 deep"), (many, "30000 disks") })
        {
            File.WriteAllText(_folder.File("hostile.ovf"), text);
            VmaException error = Assert.Throws<VmaException>(() => MachineDescription.Open(_folder.File("hostile.ovf")));
            Assert.Equal(VmaCodes.MachineDescriptionInvalid, error.Code);
            Assert.Contains(told, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Packages_and_what_is_too_large_are_told()
    {
        byte[] tar = new byte[1024];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        AssertRefused("a.ova", tar, "tar -xf");
        AssertRefused("large.ovf", Encoding.UTF8.GetBytes(Ovf(system: $"<Info>{new string('x', 2 * MiB)}</Info>")), "bytes");
        Assert.True(MachineDescription.IsNamedLikeOne("C:\\vm\\a.OVF"));
        Assert.False(MachineDescription.IsNamedLikeOne("a.vmdk"));
    }

    [Fact]
    public void A_disk_that_is_not_there_is_told()
    {
        File.WriteAllText(_folder.File("a.ovf"), WithDisk("gone.vmdk"));
        VmaException exception = Assert.Throws<VmaException>(() => MachineDescription.Open(_folder.File("a.ovf")));
        Assert.Equal(VmaCodes.ItemNotFound, exception.Code);
        Assert.Contains("'gone.vmdk' is not beside", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Changed bytes, over and over: nothing but errors of ours may come out.</summary>
    [Theory]
    [InlineData("vsphere.ovf")]
    [InlineData("virtualbox.ovf")]
    [InlineData("esxi.vmx")]
    public void Changed_bytes_are_read_or_refused(string name)
    {
        foreach (string disk in new[] { "web shop-1.vmdk", "web-shop-2.vmdk", "web-shop-3.vmdk", "tiny-disk001.vmdk", "tiny-disk002.vmdk", "dc01.vmdk", "dc01_1.vmdk" })
        {
            File.WriteAllBytes(_folder.File(disk), []);
        }

        byte[] text = File.ReadAllBytes(Fixtures.Path("machines/" + name));
        string path = _folder.File(name);
        int read = 0;
        int count = Trials.Of(400);
        for (int seed = 0; seed < count; seed++)
        {
            Random random = new(seed);
            byte[] changed = (byte[])text.Clone();
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                int at = random.Next(changed.Length);
                switch (random.Next(4))
                {
                    case 0:
                        changed[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        changed[at] = (byte)"<>\"/&;%0= \n9"[random.Next(12)];
                        break;
                    case 2:
                        int length = Math.Min(random.Next(1, 60), changed.Length - at);
                        changed.AsSpan(random.Next(changed.Length - length), length).CopyTo(changed.AsSpan(at));
                        break;
                    default:
                        Array.Resize(ref changed, random.Next(40) == 0 ? at : changed.Length);
                        break;
                }
            }

            File.WriteAllBytes(path, changed);
            try
            {
                MachineDescription vm = MachineDescription.Open(path);
                _ = QemuConfigBuilder.Create(vm.ToOptions(vm.Disks.Select(static _ => (long)MiB)));
                read++;
            }
            catch (VmaException)
            {
                // Ours.
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed}: {exception.Message}", exception);
            }
        }

        Assert.InRange(read, count / 10, count - 1);
    }

    private const string References = "<References><File id='f' href='a.vmdk'/></References>";

    private static string Ovf(string items = "", string sections = "", string system = "") =>
        $"<Envelope>{sections}<VirtualSystem id='x'>{system}<VirtualHardwareSection>{items}</VirtualHardwareSection></VirtualSystem></Envelope>";

    private static string Drive(string source) => $"<Item><ResourceType>17</ResourceType><HostResource>{source}</HostResource></Item>";

    private static string WithDisk(string href, string attributes = "") =>
        Ovf(Drive("ovf:/file/f"), $"<References><File id='f' href='{href}'{attributes}/></References>");

    private static string Vmx(string lines) => $"config.version = \"8\"\n{lines}\n";

    private static string Config(QemuConfigOptions options) => Encoding.UTF8.GetString(QemuConfigBuilder.Create(options));

    private static IEnumerable<(string Name, string Bus)> DisksOf(MachineDescription vm) => vm.Disks.Select(static d => (Path.GetFileName(d.DiskPath), d.Bus));

    private MachineDescription Describe(string fixture, params string[] disks) => Read(fixture, File.ReadAllText(Fixtures.Path("machines/" + fixture)), disks);

    private MachineDescription Read(string name, string text, params string[] disks)
    {
        foreach (string disk in disks)
        {
            File.WriteAllBytes(_folder.File(disk), []);
        }

        File.WriteAllText(_folder.File(name), text);
        return MachineDescription.Open(_folder.File(name));
    }

    private void AssertRefused(string name, byte[] bytes, string told)
    {
        File.WriteAllBytes(_folder.File(name), bytes);
        VmaException exception = Assert.Throws<VmaException>(() => MachineDescription.Open(_folder.File(name)));
        Assert.Equal(VmaCodes.MachineDescriptionInvalid, exception.Code);
        Assert.Equal(_folder.File(name), exception.Path);
        Assert.Contains(told, exception.Message, StringComparison.Ordinal);
    }
}
