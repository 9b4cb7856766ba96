using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Linq;
using VmaTools.Guests;

namespace VmaTools;

/// <summary>
/// A VM as its configuration describes it, each disk held against the archive. Where the configuration is silent, numbers are
/// Proxmox's defaults; where it cannot be understood, they are null.
/// </summary>
public sealed class VmaVM
{
    internal const string ConfigName = "qemu-server.conf";

    private const long MiB = 1L << 20;

    private readonly VirtualMachine _machine;

    private VmaVM(string? path, QemuConfig config, IReadOnlyList<VmaDevice>? devices)
    {
        _machine = VirtualMachine.From(config);
        Path = path;
        VMId = NumberIn(path);
        Disks = Array.AsReadOnly(_machine.Disks.Select(d => new VmaVMDisk(d, devices)).ToArray());
        Networks = Array.AsReadOnly(_machine.Networks.Select(static n => new VmaVMNetwork(n)).ToArray());
        OtherSettings = VmaVMSetting.Of(_machine.OtherEntries);
        Sections = Array.AsReadOnly(config.Sections.Skip(1).Select(static s => new VmaVMSection(s)).ToArray());
    }

    /// <summary>Number of the VM, where the file's name holds one.</summary>
    public int? VMId { get; }

    /// <summary>Name of the VM, or null.</summary>
    public string? Name => _machine.Name;

    /// <summary>The description in plain text, or null.</summary>
    public string? Description => _machine.Description;

    /// <summary>The tags, in order.</summary>
    public IReadOnlyList<string> Tags => _machine.Tags;

    /// <summary>The emulated CPU with its options as configured, or null for the default.</summary>
    public string? Cpu => _machine.Cpu;

    /// <summary>Cores per socket.</summary>
    public int? Cores => _machine.Cores;

    /// <summary>CPU sockets.</summary>
    public int? Sockets => _machine.Sockets;

    /// <summary>Memory in bytes.</summary>
    public long? Memory => ToBytes(_machine.Memory);

    /// <summary>The memory in bytes that ballooning may shrink the VM to, 0 for no ballooning, null where not configured.</summary>
    public long? Balloon => ToBytes(_machine.Balloon);

    /// <summary>The firmware: <c>seabios</c> or <c>ovmf</c>.</summary>
    public string Bios => _machine.Bios;

    /// <summary>The machine type, such as <c>q35</c>, or null for the default.</summary>
    public string? Machine => _machine.Machine;

    /// <summary>The kind of operating system, such as <c>l26</c> or <c>win11</c>, or null.</summary>
    public string? OSType => _machine.OSType;

    /// <summary>Whether the guest agent is expected.</summary>
    public bool IsAgentEnabled => _machine.Agent.IsEnabled;

    /// <summary>The keys of the devices to boot from, in order.</summary>
    public IReadOnlyList<string> BootOrder => _machine.BootOrder;

    /// <summary>The drives, in the configuration's order.</summary>
    public IReadOnlyList<VmaVMDisk> Disks { get; }

    /// <summary>The network adapters, in the configuration's order.</summary>
    public IReadOnlyList<VmaVMNetwork> Networks { get; }

    /// <summary>All entries that no other property stands for, in order.</summary>
    public IReadOnlyList<VmaVMSetting> OtherSettings { get; }

    /// <summary>The sections after the VM as it is: pending changes, snapshots and others, in order.</summary>
    public IReadOnlyList<VmaVMSection> Sections { get; }

    /// <summary>Full path of the archive or of the configuration file, or null where it came from a stream.</summary>
    public string? Path { get; }

    /// <summary>Reads the VM that an archive holds, or gives null where it has no <c>qemu-server.conf</c>.</summary>
    /// <param name="archive">The archive.</param>
    public static VmaVM? From(VmaArchive archive)
    {
        if (archive is null)
        {
            throw new ArgumentNullException(nameof(archive));
        }

        return archive.FindConfig(ConfigName) is { } config
            ? new VmaVM(archive.Path, QemuConfig.Parse(config.GetBytes()), archive.Devices)
            : null;
    }

    /// <summary>Reads a VM from the text of its configuration alone: no disk has a device then.</summary>
    /// <param name="config">The bytes of the configuration.</param>
    /// <param name="path">Full path of the file that they are from, or null.</param>
    public static VmaVM From(byte[] config, string? path = null) =>
        new(path, QemuConfig.Parse(config ?? throw new ArgumentNullException(nameof(config))), null);

    /// <summary>The bytes of the configuration that all this was read from, a copy.</summary>
    public byte[] GetConfigBytes() => _machine.Config.ToArray();

    /// <summary>The VM's name, or its number.</summary>
    public override string ToString() => Name ?? VMId?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? string.Empty;

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
            : BackupFileName.Parse(name).VmId;
    }

    private static long? ToBytes(long? mebibytes) => mebibytes is long value and >= 0 and <= long.MaxValue / MiB ? value * MiB : null;
}

/// <summary>A network adapter of a VM.</summary>
public sealed class VmaVMNetwork
{
    internal VmaVMNetwork(VirtualNetwork network)
    {
        Key = network.Key;
        Model = network.Model;
        MacAddress = network.MacAddress;
        Bridge = network.Bridge;
        Tag = network.Tag;
        HasFirewall = network.Firewall;
        Options = network.Options;
    }

    /// <summary>The key in the configuration, such as <c>net0</c>.</summary>
    public string Key { get; }

    /// <summary>The emulated model, such as <c>virtio</c>, or null.</summary>
    public string? Model { get; }

    /// <summary>The MAC address as written, or null.</summary>
    public string? MacAddress { get; }

    /// <summary>The bridge that the adapter is attached to, or null.</summary>
    public string? Bridge { get; }

    /// <summary>The VLAN tag, or null.</summary>
    public int? Tag { get; }

    /// <summary>True when the firewall guards the adapter.</summary>
    public bool HasFirewall { get; }

    /// <summary>All options beside model and MAC address, in order.</summary>
    public IReadOnlyDictionary<string, string> Options { get; }

    /// <summary>Key, model and MAC address.</summary>
    public override string ToString() => $"{Key}: {Model} {MacAddress}";
}

/// <summary>A key of a configuration and its value as written.</summary>
public sealed class VmaVMSetting
{
    private VmaVMSetting(QemuConfigLine line)
    {
        Key = line.Key!;
        Value = line.Value!;
        Line = line.Number;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value without the white space around it.</summary>
    public string Value { get; }

    /// <summary>Number of the line in the file, from 1.</summary>
    public int Line { get; }

    /// <summary>Key and value as the file has them.</summary>
    public override string ToString() => $"{Key}: {Value}";

    internal static ReadOnlyCollection<VmaVMSetting> Of(IEnumerable<QemuConfigLine> lines) =>
        Array.AsReadOnly(lines.Select(static l => new VmaVMSetting(l)).ToArray());
}

/// <summary>A section of a configuration: pending changes, a snapshot, or something Proxmox keeps for itself.</summary>
public sealed class VmaVMSection
{
    internal VmaVMSection(QemuConfigSection section)
    {
        Name = section.Name;
        Kind = section.Kind.ToString();
        Description = section.Description;
        Settings = VmaVMSetting.Of(section.Entries);
    }

    /// <summary>The name between the brackets.</summary>
    public string Name { get; }

    /// <summary>What the section holds: <c>Pending</c>, <c>Snapshot</c>, <c>Special</c> or <c>Unknown</c>.</summary>
    public string Kind { get; }

    /// <summary>The description in plain text, or null.</summary>
    public string? Description { get; }

    /// <summary>The entries, in order, duplicates included.</summary>
    public IReadOnlyList<VmaVMSetting> Settings { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
