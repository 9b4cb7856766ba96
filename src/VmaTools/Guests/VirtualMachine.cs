using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;

namespace VmaTools.Guests;

/// <summary>
/// A VM as its configuration describes it. Where the configuration is silent, numbers are Proxmox's defaults; where it
/// cannot be understood, they are null.
/// </summary>
internal sealed class VirtualMachine
{
    private const string CdRomAlias = "cdrom";
    private const string CdRomDrive = "ide2";

    private static readonly string[] TypedKeys =
    [
        "name", "description", "cpu", "cores", "sockets", "memory", "balloon", "bios", "machine", "ostype", "agent", "boot",
        "bootdisk", "tags",
    ];

    private VirtualMachine(QemuConfig config)
    {
        QemuConfigSection main = config.Main;
        Config = config;
        Name = main.GetValue("name");
        Description = main.Description;
        Tags = Split(main.GetValue("tags"), ';', ',', ' ');
        Cpu = main.GetValue("cpu");
        Cores = Number(main.GetValue("cores"), 1);
        Sockets = Number(main.GetValue("sockets") ?? main.GetValue("smp"), 1);
        string? memory = main.GetValue("memory");
        Memory = memory is null ? 512 : PropertyValue.Long(PropertyString.Parse(memory, "current").GetValue("current"));
        Balloon = PropertyValue.Long(main.GetValue("balloon"));
        Bios = main.GetValue("bios") ?? "seabios";
        Machine = main.GetValue("machine");
        OSType = main.GetValue("ostype");
        Agent = GuestAgent.Create(main.GetValue("agent"));

        bool bootsWithOvmf = Bios == "ovmf";
        List<VirtualDisk> disks = [];
        List<VirtualNetwork> networks = [];
        List<QemuConfigLine> others = [];
        foreach (QemuConfigLine entry in Effective(main))
        {
            string key = entry.Key == CdRomAlias ? CdRomDrive : entry.Key!;
            if (VirtualDisk.TryParseKey(key, out string bus, out int index))
            {
                disks.Add(VirtualDisk.Create(key, bus, index, entry.Value!, MapOf(config, key), bootsWithOvmf));
            }
            else if (VirtualNetwork.TryParseKey(key, out index))
            {
                networks.Add(VirtualNetwork.Create(key, index, entry.Value!));
            }
            else if (Array.IndexOf(TypedKeys, key) < 0)
            {
                others.Add(entry);
            }
        }

        Disks = disks.AsReadOnly();
        Networks = networks.AsReadOnly();
        OtherEntries = others.AsReadOnly();
        BootOrder = ReadBootOrder(main.GetValue("boot"), main.GetValue("bootdisk"));

        List<QemuConfigSection> snapshots = [];
        foreach (QemuConfigSection section in config.Sections)
        {
            if (section.Kind is QemuConfigSectionKind.Snapshot)
            {
                snapshots.Add(section);
            }
        }

        Snapshots = snapshots.AsReadOnly();
    }

    /// <summary>The configuration that all this was read from, with its other sections.</summary>
    public QemuConfig Config { get; }

    /// <summary>The VM's name, or null.</summary>
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

    /// <summary>Memory in MiB.</summary>
    public long? Memory { get; }

    /// <summary>The memory in MiB that ballooning may shrink the VM to, 0 for no ballooning, null where not configured.</summary>
    public long? Balloon { get; }

    /// <summary>The firmware: <c>seabios</c> or <c>ovmf</c>.</summary>
    public string Bios { get; }

    /// <summary>The machine type, such as <c>q35</c> or <c>pc-q35-9.2+pve1</c>, or null for the default.</summary>
    public string? Machine { get; }

    /// <summary>The kind of operating system, such as <c>l26</c> or <c>win11</c>, or null.</summary>
    public string? OSType { get; }

    /// <summary>Whether the guest agent is expected.</summary>
    public GuestAgent Agent { get; }

    /// <summary>The keys of the devices to boot from, in order. Empty where the configuration leaves it to the default.</summary>
    public IReadOnlyList<string> BootOrder { get; }

    /// <summary>The drives, in the configuration's order.</summary>
    public IReadOnlyList<VirtualDisk> Disks { get; }

    /// <summary>The network adapters, in the configuration's order.</summary>
    public IReadOnlyList<VirtualNetwork> Networks { get; }

    /// <summary>All entries that no other property stands for, in order: serial ports, USB and PCI devices, and so on.</summary>
    public IReadOnlyList<QemuConfigLine> OtherEntries { get; }

    /// <summary>The snapshots that the configuration knows. A backup does not hold their data.</summary>
    public IReadOnlyList<QemuConfigSection> Snapshots { get; }

    /// <summary>Reads the VM from its configuration. Never fails.</summary>
    /// <param name="config">The configuration.</param>
    public static VirtualMachine From(QemuConfig config) => new(config ?? throw new ArgumentNullException(nameof(config)));

    /// <inheritdoc/>
    public override string ToString() => Name ?? string.Empty;

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

    private static QemuConfigMap? MapOf(QemuConfig config, string key)
    {
        foreach (QemuConfigMap map in config.Maps)
        {
            if (map.DiskKey == key)
            {
                return map;
            }
        }

        return null;
    }

    /// <summary>Reads <c>order=scsi0;net0</c>, or the old letters: c the boot disk, d the first CD-ROM, n the first adapter.</summary>
    private ReadOnlyCollection<string> ReadBootOrder(string? boot, string? bootDisk)
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
                'd' => FirstCdRom(),
                'n' => Networks.Count > 0 ? Networks[0].Key : null,
                _ => null,
            };
            if (key is not null && !keys.Contains(key))
            {
                keys.Add(key);
            }
        }

        return keys.AsReadOnly();
    }

    private string? FirstCdRom()
    {
        foreach (VirtualDisk disk in Disks)
        {
            if (disk.IsCdRom)
            {
                return disk.Key;
            }
        }

        return null;
    }

    private static int? Number(string? text, int whenSilent) => text is null ? whenSilent : PropertyValue.Integer(text);

    private static ReadOnlyCollection<string> Split(string? text, params char[] separators) =>
        Array.AsReadOnly((text ?? string.Empty).Split(separators, StringSplitOptions.RemoveEmptyEntries));
}
