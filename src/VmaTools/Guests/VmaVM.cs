using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.Files;
using VmaTools.Guests;

namespace VmaTools;

/// <summary>
/// A VM as its configuration describes it, each disk held against the archive. Where the configuration is silent, numbers are
/// Proxmox's defaults; where it cannot be understood, they are null.
/// </summary>
public sealed class VmaVM
{
    /// <summary>The name of the config that it is read from.</summary>
    public const string ConfigName = "qemu-server.conf";

    // Proxmox's own limit is half of that.
    private const int MaxConfigSize = 1 << 20;

    private const long MiB = 1L << 20;

    private const string CdRomAlias = "cdrom";
    private const string CdRomDrive = "ide2";

    private static readonly string[] TypedKeys =
    [
        "name", "description", "arch", "cpu", "cores", "sockets", "memory", "balloon", "bios", "machine", "ostype", "agent", "boot",
        "bootdisk", "tags",
    ];

    private readonly QemuConfig _config;

    private VmaVM(string? path, QemuConfig config, IReadOnlyList<VmaDevice>? devices)
    {
        QemuConfigSection main = config.Main;
        _config = config;
        ArchivePath = path;
        VMId = NumberIn(path);
        Name = main.GetValue("name");
        Description = main.Description;
        Tags = Split(main.GetValue("tags"), ';', ',', ' ');
        Cpu = main.GetValue("cpu");
        Cores = Number(main.GetValue("cores"), 1);
        Sockets = Number(main.GetValue("sockets") ?? main.GetValue("smp"), 1);
        Memory = main.GetValue("memory") is string memory ? ToBytes(PropertyString.Parse(memory, "current").GetValue("current")) : 512 * MiB;
        Balloon = ToBytes(main.GetValue("balloon"));
        Bios = main.GetValue("bios") ?? "seabios";
        Architecture = main.GetValue("arch");
        PropertyString machine = PropertyString.Parse(main.GetValue("machine") ?? string.Empty, "type");
        Machine = machine.GetValue("type");
        MachineOptions = machine.Without("type");
        OSType = main.GetValue("ostype");
        IsAgentEnabled = PropertyValue.Boolean(PropertyString.Parse(main.GetValue("agent") ?? "0", "enabled").GetValue("enabled")) == true;

        List<VmaVMDisk> disks = [];
        List<VmaVMNetwork> networks = [];
        List<QemuConfigLine> others = [];
        foreach (QemuConfigLine entry in Effective(main))
        {
            string key = entry.Key == CdRomAlias ? CdRomDrive : entry.Key!;
            if (VmaVMDisk.TryParseKey(key, out string bus, out int index))
            {
                disks.Add(new VmaVMDisk(key, bus, index, entry.Value!, config.Maps, Bios == "ovmf", devices) { ArchivePath = path });
            }
            else if (VmaVMNetwork.IsKey(key))
            {
                networks.Add(new VmaVMNetwork(key, entry.Value!));
            }
            else if (Array.IndexOf(TypedKeys, key) < 0)
            {
                others.Add(entry);
            }
        }

        Disks = ReadableList<VmaVMDisk>.Of(disks);
        Networks = ReadableList<VmaVMNetwork>.Of(networks);
        OtherSettings = VmaVMSetting.Of(others);
        Sections = ReadableList<VmaVMSection>.Of(config.Sections.Skip(1).Select(static s => new VmaVMSection(s)));
        BootOrder = ReadBootOrder(main.GetValue("boot"), main.GetValue("bootdisk"));
    }

    /// <summary>Number of the VM, where the file's name holds one.</summary>
    public int? VMId { get; }

    /// <summary>Name of the VM, or null.</summary>
    public string? Name { get; }

    /// <summary>The description in plain text, or null.</summary>
    public string? Description { get; }

    /// <summary>The tags, in order.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>The emulated CPU with its options as configured, or null for the default.</summary>
    public string? Cpu { get; }

    /// <summary>Cores per socket.</summary>
    public int? Cores { get; }

    /// <summary>CPU sockets.</summary>
    public int? Sockets { get; }

    /// <summary>Cores of all sockets together.</summary>
    public long? CpuCount => (long?)Cores * Sockets;

    /// <summary>Memory in bytes.</summary>
    public long? Memory { get; }

    /// <summary>The memory in bytes that ballooning may shrink the VM to, 0 for no ballooning, null where not configured.</summary>
    public long? Balloon { get; }

    /// <summary>The firmware: <c>seabios</c> or <c>ovmf</c>.</summary>
    public string Bios { get; }

    /// <summary>The architecture of the processor: <c>x86_64</c> or <c>aarch64</c>; null for that of the host, <c>x86_64</c> nearly always.</summary>
    public string? Architecture { get; }

    /// <summary>The machine type, such as <c>q35</c>, or null for the default.</summary>
    public string? Machine { get; }

    /// <summary>All options beside the machine type, such as <c>viommu</c>, in order.</summary>
    public IReadOnlyDictionary<string, string> MachineOptions { get; }

    /// <summary>The kind of operating system, such as <c>l26</c> or <c>win11</c>, or null.</summary>
    public string? OSType { get; }

    /// <summary>Whether the guest agent is expected.</summary>
    public bool IsAgentEnabled { get; }

    /// <summary>The keys of the devices to boot from, in order. Empty where the configuration leaves it to the default.</summary>
    public IReadOnlyList<string> BootOrder { get; }

    /// <summary>The drives, in the configuration's order.</summary>
    public IReadOnlyList<VmaVMDisk> Disks { get; }

    /// <summary>How many disks it has, CD-ROMs aside.</summary>
    public int DiskCount => Disks.Count(static d => !d.IsCdRom);

    /// <summary>The network adapters, in the configuration's order.</summary>
    public IReadOnlyList<VmaVMNetwork> Networks { get; }

    /// <summary>All entries that no other property stands for, in order.</summary>
    public IReadOnlyList<VmaVMSetting> OtherSettings { get; }

    /// <summary>The sections after the VM as it is: pending changes, snapshots and others, in order.</summary>
    public IReadOnlyList<VmaVMSection> Sections { get; }

    /// <summary>Full path of the archive or of the configuration file, or null where it came from a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>Name of that file, or null.</summary>
    public string? FileName => ArchivePath is null ? null : Sources.RemoteAddress.FileNameOf(ArchivePath);

    /// <summary>Reads the VM that an archive holds, or gives null where it has no <c>qemu-server.conf</c>.</summary>
    /// <param name="archive">The archive.</param>
    public static VmaVM? From(VmaArchive archive)
    {
        if (archive is null)
        {
            throw new ArgumentNullException(nameof(archive));
        }

        return archive.FindConfig(ConfigName) is { } config
            ? new VmaVM(archive.ArchivePath, QemuConfig.Parse(config.GetBytes()), archive.Devices)
            : null;
    }

    /// <summary>Reads a VM from the text of its configuration alone: no disk has a device then.</summary>
    /// <param name="config">The bytes of the configuration.</param>
    /// <param name="path">Full path of the file that they are from, or null.</param>
    public static VmaVM From(byte[] config, string? path = null) =>
        new(path, QemuConfig.Parse(config ?? throw new ArgumentNullException(nameof(config))), null);

    /// <summary>Reads a VM from a file that holds the text of its configuration alone, such as <c>101.conf</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VmaException">It has more bytes than any configuration, or is no file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static VmaVM Load(string path) => From(
        SourceFile.ReadSmall(path ?? throw new ArgumentNullException(nameof(path)), MaxConfigSize)
            ?? throw new VmaException(VmaCodes.ConfigTooLarge, $"The file has more than {MaxConfigSize} bytes: it is no VM configuration.", path),
        path);

    /// <summary>The bytes of the configuration that all this was read from, a copy.</summary>
    public byte[] GetConfigBytes() => _config.ToArray();

    /// <summary>The VM's name, or its number.</summary>
    public override string ToString() => $"{nameof(VmaVM)}: {VMId} {Printable.Short(Name ?? string.Empty)}".TrimEnd();

    // 101.conf, or the name of an archive
    private static int? NumberIn(string? path)
    {
        if (path is null)
        {
            return null;
        }

        string name = System.IO.Path.GetFileName(path);
        return string.Equals(System.IO.Path.GetExtension(name), ".conf", StringComparison.OrdinalIgnoreCase)
            ? PropertyValue.Integer(System.IO.Path.GetFileNameWithoutExtension(name))
            : BackupFileName.Parse(name).VMId;
    }

    private static long? ToBytes(string? mebibytes) =>
        PropertyValue.Long(mebibytes) is long value and >= 0 and <= long.MaxValue / MiB ? value * MiB : null;

    /// <summary>The entries that count: of a key written twice the last one, at its place. The old <c>cdrom</c> is <c>ide2</c>.</summary>
    private static List<QemuConfigLine> Effective(QemuConfigSection section)
    {
        HashSet<string> later = new(StringComparer.Ordinal);
        List<QemuConfigLine> entries = [];
        for (int i = section.Entries.Count - 1; i >= 0; i--)
        {
            string key = section.Entries[i].Key!;
            if (later.Add(key == CdRomAlias ? CdRomDrive : key))
            {
                entries.Add(section.Entries[i]);
            }
        }

        entries.Reverse();
        return entries;
    }

    /// <summary>Reads <c>order=scsi0;net0</c>, or the old letters: c the boot disk, d the first CD-ROM, n the first adapter.</summary>
    private ReadableList<string> ReadBootOrder(string? boot, string? bootDisk)
    {
        if (boot is null)
        {
            return Split(bootDisk);
        }

        PropertyString properties = PropertyString.Parse(boot, "legacy");
        if (properties.GetValue("order") is string order)
        {
            return Split(order, ';');
        }

        List<string> keys = [];
        foreach (char letter in properties.GetValue("legacy") ?? string.Empty)
        {
            string? key = letter switch
            {
                'c' => bootDisk,
                'd' => Disks.FirstOrDefault(static d => d.IsCdRom)?.Key,
                'n' => Networks.Count > 0 ? Networks[0].Key : null,
                _ => null,
            };
            if (key is not null && !keys.Contains(key))
            {
                keys.Add(key);
            }
        }

        return ReadableList<string>.Of(keys);
    }

    private static int? Number(string? text, int whenSilent) => text is null ? whenSilent : PropertyValue.Integer(text);

    private static ReadableList<string> Split(string? text, params char[] separators) =>
        ReadableList<string>.Of((text ?? string.Empty).Split(separators, StringSplitOptions.RemoveEmptyEntries));
}
