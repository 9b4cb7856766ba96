using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace VmaTools.Guests.Descriptions;

/// <summary>
/// Reads an OVF. Elements and attributes are told by their local names: versions of the format, and VirtualBox, have them in namespaces of
/// their own. Nothing outside the file is looked up.
/// </summary>
internal sealed class OvfReader
{
    private const string Processor = "3";
    private const string Memory = "4";
    private const string IdeController = "5";
    private const string ScsiController = "6";
    private const string Ethernet = "10";
    private const string HardDisk = "17";

    // Those that are written have ten or so.
    private const int MaxDepth = 100;

    private readonly DescriptionFile _file;
    private readonly XElement _root;
    private readonly XElement _system;
    private readonly XElement _hardware;
    private readonly XElement[] _items;
    private readonly List<string> _warnings = [];

    private OvfReader(DescriptionFile file)
    {
        _file = file;
        _root = Load(file);
        XElement[] systems = [.. _root.Descendants().Where(static e => IsNamed(e, "VirtualSystem")).Take(2)];
        _system = systems.Length == 1
            ? systems[0]
            : throw file.Invalid(systems.Length == 0 ? "it describes no VM." : "it describes several VMs; have them exported one by one.");
        _hardware = Child(_system, "VirtualHardwareSection") ?? throw file.Invalid("it tells nothing of the hardware.");
        string? configuration = DefaultConfiguration();
        _items = [.. _hardware.Elements()
            .Where(e => e.Name.LocalName is "Item" or "StorageItem" or "EthernetPortItem")
            .Where(e => Attribute(e, "configuration") is not { } of || of.Split(' ').Contains(configuration))];
    }

    public static MachineDescription Read(DescriptionFile file) => new OvfReader(file).Read();

    private MachineDescription Read()
    {
        XElement? machine = Child(_system, "Machine");
        (int cores, int sockets) = Processors();
        XElement? system = Child(_system, "OperatingSystemSection");
        if (_items.Any(static i => Text(i, "ResourceSubType")?.IndexOf("vtpm", StringComparison.OrdinalIgnoreCase) >= 0)
            || (Find(machine, "Hardware", "TrustedPlatformModule") is { } tpm && !string.Equals(Attribute(tpm, "type"), "None", StringComparison.OrdinalIgnoreCase)))
        {
            _warnings.Add(MachineParts.TpmWarning);
        }

        XElement[] hardDisks = [.. _items.Where(static i => Text(i, "ResourceType") == HardDisk)];
        if (hardDisks.Length > MachineParts.MaxDisks)
        {
            throw _file.Invalid($"it has {hardDisks.Length} disks; {MachineParts.MaxDisks} are taken at most.");
        }

        (XElement Item, XElement? Controller)[] drives = [.. hardDisks.Select(i => (i, ControllerOf(i)))];

        MachineDisk[] disks = [.. drives.Select(d => FileOf(d.Item) is { } path ? new MachineDisk(path, BusOf(d.Controller)) : null).OfType<MachineDisk>()];
        string[] scsi = [.. drives.Where(static d => BusOf(d.Controller) == MachineParts.Scsi).Select(static d => SubTypeOf(d.Controller))];
        return new MachineDescription(_file.FilePath, "OVF")
        {
            Name = MachineParts.HostName(Text(_system, "Name") ?? Attribute(_system, "id")),
            Annotation = MachineParts.Annotation(Find(_system, "AnnotationSection", "Annotation")?.Value),
            Cores = cores,
            Sockets = sockets,
            Memory = MemorySize(),
            OSType = KindOf(system),
            IsUefi = IsUefi(machine),
            ScsiController = scsi.Length > 0 && scsi.All(static s => s is "virtualscsi" or MachineParts.Pvscsi) ? MachineParts.Pvscsi : null,
            Disks = disks,
            Networks = Networks(machine),
            Warnings = _warnings,
        };
    }

    private static XElement Load(DescriptionFile file)
    {
        XmlReaderSettings settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = DescriptionFile.MaxLength };
        try
        {
            CheckDepth(file, settings);
            using XmlReader reader = XmlReader.Create(new MemoryStream(file.Bytes), settings);
            XElement root = XDocument.Load(reader).Root!;
            return IsNamed(root, "Envelope") ? root : throw file.Invalid($"its XML is no OVF, but begins with '{Printable.Short(root.Name.LocalName)}'.");
        }
        catch (XmlException exception)
        {
            throw file.Invalid($"its XML breaks the rules, or has a DTD, which is not taken: {Printable.Text(exception.Message)}", exception);
        }
    }

    /// <summary>A tree of elements takes time by the square of its depth, and more stack than there is.</summary>
    private static void CheckDepth(DescriptionFile file, XmlReaderSettings settings)
    {
        using XmlReader reader = XmlReader.Create(new MemoryStream(file.Bytes), settings);
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
            {
                throw file.Invalid($"its elements are more than {MaxDepth} deep in each other.");
            }
        }
    }

    /// <summary>The size of the VM that a package with several has unless another is chosen.</summary>
    private string? DefaultConfiguration()
    {
        XElement[] all = [.. (Child(_root, "DeploymentOptionSection")?.Elements() ?? []).Where(static e => IsNamed(e, "Configuration"))];
        return (all.FirstOrDefault(static e => Attribute(e, "default") is "true" or "1") ?? all.FirstOrDefault()) is { } chosen ? Attribute(chosen, "id") : null;
    }

    private (int Cores, int Sockets) Processors()
    {
        XElement? item = ItemOf(Processor);
        return MachineParts.Topology(Number(item, "VirtualQuantity", MachineParts.MaxCores) ?? 1, Number(item, "CoresPerSocket", MachineParts.MaxCores));
    }

    private long? MemorySize()
    {
        XElement? item = ItemOf(Memory);
        if (Number(item, "VirtualQuantity", long.MaxValue) is not long quantity)
        {
            return null;
        }

        string unit = Text(item!, "AllocationUnits") ?? string.Empty;
        BigInteger bytes = quantity * (UnitOf(unit) ?? throw _file.Invalid($"'{Printable.Short(unit)}' is no unit of memory that is known."));
        BigInteger size = (bytes + (1 << 20) - 1) >> 20;
        return size <= MachineParts.MaxMemory ? (long)size << 20 : throw _file.Invalid($"it has {bytes} bytes of memory.");
    }

    /// <summary>Bytes of a unit: <c>byte * 2^20</c>, or a word of older files. What tells none means MiB, as ovftool takes it.</summary>
    private static BigInteger? UnitOf(string unit)
    {
        Match match = Regex.Match(unit, @"^\s*bytes?\s*(?:\*\s*(2|10)\s*\^\s*(\d{1,2})\s*)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        if (match.Success)
        {
            return match.Groups[1].Success
                ? BigInteger.Pow(match.Groups[1].Value == "2" ? 2 : 10, int.Parse(match.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture))
                : BigInteger.One;
        }

        return unit.Trim().ToUpperInvariant() switch
        {
            "KB" or "KILOBYTES" => 1 << 10,
            "" or "MB" or "MEGABYTES" => 1 << 20,
            "GB" or "GIGABYTES" => 1 << 30,
            _ => null,
        };
    }

    private bool IsUefi(XElement? machine) =>
        _hardware.Elements().Any(static e =>
            IsNamed(e, "Config") && Attribute(e, "key") == "firmware" && string.Equals(Attribute(e, "value"), "efi", StringComparison.OrdinalIgnoreCase))
        || (Find(machine, "Hardware", "Firmware") is { } firmware && Attribute(firmware, "type")?.StartsWith("EFI", StringComparison.OrdinalIgnoreCase) == true);

    private static string KindOf(XElement? system) => system is null
        ? GuestKinds.Other
        : GuestKinds.OfName(Attribute(system, "osType"))
            ?? GuestKinds.OfName(Text(system, "OSType"))
            ?? GuestKinds.OfNumber(Attribute(system, "id"))
            ?? GuestKinds.OfName(Text(system, "Description"))
            ?? GuestKinds.Other;

    private XElement? ControllerOf(XElement item) =>
        Text(item, "Parent") is { } parent ? _items.FirstOrDefault(i => Text(i, "InstanceID") == parent || Text(i, "InstanceId") == parent) : null;

    private static string SubTypeOf(XElement? controller) => (controller is null ? null : Text(controller, "ResourceSubType"))?.ToLowerInvariant() ?? string.Empty;

    /// <summary>By the name of the controller first: NVMe and paravirtual ones have the number of other storage.</summary>
    private static string BusOf(XElement? controller)
    {
        string kind = SubTypeOf(controller);
        string? number = controller is null ? null : Text(controller, "ResourceType");
        bool isScsi = controller is null || number == ScsiController || kind.Contains("nvme") || kind.Contains("scsi");
        return isScsi ? MachineParts.Scsi : number == IdeController ? MachineParts.Ide : MachineParts.Sata;
    }

    /// <summary>The file of a disk; null for an empty one.</summary>
    private string? FileOf(XElement item)
    {
        string source = Text(item, "HostResource") ?? string.Empty;
        Match match = Regex.Match(source, @"^(?:ovf:)?/+(disk|file)/([^/]+)\z", RegexOptions.CultureInvariant);
        if (!match.Success)
        {
            throw _file.Invalid($"a disk is at '{Printable.Short(source)}', which is no disk of the package.");
        }

        string? reference = match.Groups[2].Value;
        if (match.Groups[1].Value == "disk")
        {
            XElement disk = ById("DiskSection", "Disk", "diskId", reference);
            if (Attribute(disk, "parentRef") is { Length: > 0 })
            {
                throw _file.Invalid($"the disk '{Printable.Short(reference)}' holds only what differs from another; consolidate it before exporting.");
            }

            string name = reference;
            reference = Attribute(disk, "fileRef");
            if (string.IsNullOrEmpty(reference))
            {
                _warnings.Add($"The disk '{Printable.Short(name)}' is empty and has no file: it is left out; add one in Proxmox after the restore.");
                return null;
            }
        }

        XElement file = ById("References", "File", "id", reference!);
        bool isPacked = Attribute(file, "compression") is { Length: > 0 } and not "identity";
        string href = Attribute(file, "href") ?? string.Empty;
        return isPacked || Attribute(file, "chunkSize") is { Length: > 0 }
            ? throw _file.Invalid($"the disk '{Printable.Short(href)}' is compressed or cut into parts as a file, which is not read; export it without.")
            : _file.FindDisk(href.IndexOf('%') < 0 ? href : Uri.UnescapeDataString(href));
    }

    private XElement ById(string section, string element, string attribute, string id) =>
        (Child(_root, section)?.Elements() ?? []).FirstOrDefault(e => IsNamed(e, element) && Attribute(e, attribute) == id)
            ?? throw _file.Invalid($"there is no {element} '{Printable.Short(id)}' in its {section}.");

    /// <summary>VirtualBox has the addresses in a part of its own, where the adapters that are there come in the same order.</summary>
    private GuestNetwork[] Networks(XElement? machine)
    {
        XElement[] items = [.. _items.Where(static i => Text(i, "ResourceType") == Ethernet).Take(MachineParts.MaxNetworks)];
        XElement[] adapters = [.. (Find(machine, "Hardware", "Network")?.Elements() ?? [])
            .Where(static e => IsNamed(e, "Adapter") && Attribute(e, "enabled") is "true" or "1")];
        return [.. items.Select((item, i) => MachineParts.Network(
            Text(item, "Address") ?? (adapters.Length == items.Length ? Attribute(adapters[i], "MACAddress") : null),
            Text(item, "ResourceSubType"),
            _warnings))];
    }

    private XElement? ItemOf(string type) => _items.FirstOrDefault(i => Text(i, "ResourceType") == type);

    private long? Number(XElement? item, string name, long most) =>
        item is not null && Text(item, name) is { } text ? _file.Number(text, name, 1, most) : null;

    private static bool IsNamed(XElement element, string name) => element.Name.LocalName == name;

    private static XElement? Child(XElement element, string name) => element.Elements().FirstOrDefault(e => IsNamed(e, name));

    private static XElement? Find(XElement? element, string name, string inner) =>
        element is not null && Child(element, name) is { } child ? Child(child, inner) : null;

    private static string? Text(XElement element, string name) => Child(element, name)?.Value.Trim() is { Length: > 0 } text ? text : null;

    private static string? Attribute(XElement element, string name) => element.Attributes().FirstOrDefault(a => a.Name.LocalName == name)?.Value;
}
