using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>Configurations: any bytes parse, keep every byte, and name the VM or one error.</summary>
internal sealed class Configs : Kind
{
    private static readonly byte[][] Sources = [.. Directory.GetFiles(Fixtures.Path("guests"), "*.conf").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    private static readonly string[] Pieces =
    [
        "scsi0", "ide2", "virtio15", "net0", "efidisk0", "tpmstate0", "unused0", "memory", "cores", "boot", "args", "smbios1", "#qmdump#map:", "drive-scsi0:scsi0:local-lvm:raw:",
        ": ", ":", "=", ",", ";", "\n", "\r\n", "\t", " ", "[", "]", "[special:cloudinit]", "[PENDING]", "#", "%0A", "%", "none", "local-lvm:vm-101-disk-0", "size=32G", "file=", "order=", "99999999999999999999", "-1", "\0", "\u00e9", "\u202e",
    ];

    public override int Usual => 20_000;

    public override IReadOnlyList<string> Reached => ["VM", "sections", "maps"];

    public override string Try(int seed)
    {
        Random random = new(seed);
        byte[] bytes = random.Next(3) == 0
            ? Encoding.UTF8.GetBytes(Mutator.Text(Pieces, 60, random))
            : Mutator.Change(Sources[random.Next(Sources.Length)], random);
        QemuConfig config = QemuConfig.Parse(bytes);
        Assert.Equal(bytes, config.ToArray());
        Assert.Equal(Enumerable.Range(1, config.Lines.Count), config.Lines.Select(static l => l.LineNumber));
        foreach (QemuConfigLine line in config.Lines.Where(static l => l.Value is not null))
        {
            PropertyString properties = PropertyString.Parse(line.Value!, "file");
            Assert.Equal(line.Value, properties.Text);
            Assert.All(properties.Keys, k => Assert.NotNull(properties.GetValue(k)));
        }

        if (bytes.Length <= VmaCreation.MaxConfigSize)
        {
            byte[] archive = new ArchiveForge().Config(ArchiveForge.Terminated("qemu-server.conf"), bytes).Device(1, "drive-scsi0", 65536).Build();
            using VmaArchive opened = VmaArchive.Open(new MemoryStream(archive));
            Assert.Equal(bytes, opened.Configs[0].GetBytes());
            VmaVM vm = VmaVM.From(opened)!;
            Assert.All(vm.Disks, static d => Assert.NotNull(d.ToString()));
        }

        return config.Sections.Count > 1 ? "sections" : config.Maps.Count > 0 ? "maps" : "VM";
    }
}
