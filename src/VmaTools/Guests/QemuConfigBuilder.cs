using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using VmaTools.Guests;

namespace VmaTools;

/// <summary>
/// Makes the configuration of a VM (<c>qemu-server.conf</c>), as Proxmox reads it, with the lines that tie its drives to the devices
/// of an archive.
/// </summary>
public static class QemuConfigBuilder
{
    private const int MiB = 1 << 20;
    private const int MaxCores = 512;
    private const int MaxDescription = 8192;
    private const string EfiKey = "efidisk0";
    private const string Virtio = "virtio";
    private const string VirtioScsi = "virtio-scsi-single";

    private const string Switch = "(0|1|on|off|yes|no|true|false)";
    private const string Bits = "(3[2-9]|[45][0-9]|6[0-4])";

    private const string MachinePattern =
        @"(pc|q35|pc(-i440fx|-q35)?-[0-9]+(\.[0-9]+)+(\+pve[0-9]+)?(\.pxe)?)(,(viommu=(intel|virtio)|aw-bits=" + Bits + "|enable-s[34]=" + Switch + "))*";

    private const string CpuPattern =
        "(cputype=)?[A-Za-z0-9][A-Za-z0-9_.-]*(,(hidden=" + Switch + "|hv-vendor-id=[A-Za-z0-9]{1,12}|flags=" + Flag + "(;" + Flag + ")*"
        + "|phys-bits=(host|[89]|[1-5][0-9]|6[0-4])|guest-phys-bits=" + Bits + "|level=[0-9]{1,9}))*";

    private const string Flag = "[+-][A-Za-z0-9_.-]+";

    private static readonly string[] OSTypes =
        ["other", "wxp", "w2k", "w2k3", "w2k8", "wvista", "win7", "win8", "win10", "win11", "l24", "l26", "solaris"];

    private static readonly string[] NetworkModels = ["e1000", "e1000e", "rtl8139", "virtio", "vmxnet3", "pcnet", "ne2k_pci", "i82551", "i82557b", "i82559er"];

    private static readonly string[] ScsiControllers = ["lsi", "lsi53c810", "virtio-scsi-pci", VirtioScsi, "megasas", "pvscsi"];

    /// <summary>Kinds of Windows that have no driver for SATA.</summary>
    private static readonly string[] IdeOnly = ["wxp", "w2k", "w2k3"];

    /// <summary>How many drives a bus has.</summary>
    private static readonly Dictionary<string, int> Buses = new(StringComparer.Ordinal) { ["ide"] = 4, ["sata"] = 6, ["scsi"] = 31, ["virtio"] = 16 };

    /// <summary>The kinds of guest that Proxmox knows.</summary>
    public static IReadOnlyList<string> KnownOSTypes => OSTypes;

    /// <summary>Makes the configuration.</summary>
    /// <param name="options">What it is made of.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="VmaException">A value is none that Proxmox takes (<see cref="VmaCodes.ConfigValueInvalid"/>).</exception>
    public static byte[] Create(QemuConfigOptions options)
    {
        if (options is null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        Check(options);
        List<(string Key, long Size)> disks = Place(options);
        SortedDictionary<string, string> values = new(StringComparer.Ordinal)
        {
            ["cores"] = Text(options.Cores),
            ["memory"] = Text(options.Memory / MiB),
            ["ostype"] = options.OSType,
            ["sockets"] = Text(options.Sockets),
        };
        Set(values, "name", options.Name);
        Set(values, "cpu", options.Cpu);
        Set(values, "machine", options.Machine ?? (options.IsUefi ? "q35" : null));
        Set(values, "smbios1", options.SystemUuid is null ? null : "uuid=" + options.SystemUuid);
        Set(values, "bios", options.IsUefi ? "ovmf" : null);
        Set(values, "scsihw", disks.Any(static d => d.Key.StartsWith("scsi", StringComparison.Ordinal)) ? ScsiOf(options) : null);
        Set(values, "boot", disks.Count > 0 ? "order=" + disks[0].Key : null);
        for (int i = 0; i < options.Networks.Count; i++)
        {
            GuestNetwork network = options.Networks[i];
            string mac = network.MacAddress.Length > 0 ? MacText.Normal(network.MacAddress) : MakeMac();
            values["net" + Text(i)] = $"{ModelOf(network, options)}={mac},bridge={options.Bridge}";
        }

        List<string> maps = [];
        int number = 0;
        if (options.IsUefi)
        {
            // Keys of Microsoft cannot be enrolled here; what the guest had enrolled stays behind.
            values[EfiKey] = $"{Volume(options, number++)},efitype=4m,size={SizeText(EfiVariables.Size)}";
            maps.Add(EfiKey);
        }

        foreach ((string key, long size) in disks)
        {
            values[key] = $"{Volume(options, number++)},size={SizeText(size)}";
            maps.Add(key);
        }

        StringBuilder text = new();
        foreach (string line in DescriptionLines(options))
        {
            text.Append('#').Append(line.Replace("%", "%25").Replace(":", "%3A")).Append('\n');
        }

        foreach (KeyValuePair<string, string> value in values)
        {
            text.Append(value.Key).Append(": ").Append(value.Value).Append('\n');
        }

        foreach (string key in maps)
        {
            text.Append(QemuConfigMap.Prefix).Append($"{key}:{DeviceNameOf(key)}:{options.Storage}:raw:\n");
        }

        return new UTF8Encoding(false).GetBytes(text.ToString());
    }

    /// <summary>Whether a kind of guest is a Windows.</summary>
    internal static bool IsWindows(string osType) => osType.Length > 0 && osType[0] == 'w';

    /// <summary>Lines of the description; those without text between them, too.</summary>
    private static IEnumerable<string> DescriptionLines(QemuConfigOptions options) => options.Description?.TrimEnd() is { Length: > 0 } text
        ? text.Split('\n').Select(static l => l.TrimEnd('\r'))
        : [];

    private static string DeviceNameOf(string key) => "drive-" + key;

    private static string Volume(QemuConfigOptions options, int number) =>
        $"{options.Storage}:vm-{Text(options.VMId)}-disk-{Text(number)}";

    private static void Set(SortedDictionary<string, string> values, string key, string? value)
    {
        if (value is not null)
        {
            values[key] = value;
        }
    }

    /// <summary>Of the bus that it was on a guest has the drivers; of SCSI there are too many kinds to say that.</summary>
    private static string BusOf(GuestDisk disk, QemuConfigOptions options)
    {
        bool needsDrivers = IsWindows(options.OSType) && !options.HasVirtioDrivers;
        return options.Bus
            ?? (disk.Bus is "ide" or "sata" && !options.HasVirtioDrivers ? disk.Bus : null)
            ?? (!needsDrivers ? "scsi" : IdeOnly.Contains(options.OSType) ? "ide" : "sata");
    }

    private static string ScsiOf(QemuConfigOptions options) => options.HasVirtioDrivers ? VirtioScsi : options.ScsiController ?? VirtioScsi;

    private static string ModelOf(GuestNetwork network, QemuConfigOptions options) => options.NetworkModel
        ?? (options.HasVirtioDrivers ? Virtio
        : IsWindows(options.OSType) ? (network.Model == "e1000e" ? network.Model : "e1000")
        : network.Model ?? Virtio);

    private static List<(string Key, long Size)> Place(QemuConfigOptions options)
    {
        HashSet<string> taken = [.. options.Disks.Where(static d => d.Key is not null).Select(static d => d.Key!)];
        if (taken.Count < options.Disks.Count(static d => d.Key is not null))
        {
            throw Invalid("Two disks cannot be one drive.");
        }

        List<(string Key, long Size)> placed = [];
        foreach (GuestDisk disk in options.Disks)
        {
            string bus = BusOf(disk, options);
            string? key = disk.Key ?? Enumerable.Range(0, Buses[bus]).Select(n => bus + Text(n)).FirstOrDefault(k => !taken.Contains(k));
            if (key is null)
            {
                throw Invalid($"The bus {bus} has {Buses[bus]} drives at most.");
            }

            taken.Add(key);
            placed.Add((key, disk.Size));
        }

        return placed;
    }

    private static void Check(QemuConfigOptions options)
    {
        Require(Array.IndexOf(OSTypes, options.OSType) >= 0, $"There is no kind of guest '{options.OSType}'; there are {string.Join(", ", OSTypes)}.");
        Require(options.Bus is null || Buses.ContainsKey(options.Bus), $"There is no bus '{options.Bus}' for disks; there are ide, sata, scsi and virtio.");
        RequireModel(options.NetworkModel);
        Require(
            options.ScsiController is null || Array.IndexOf(ScsiControllers, options.ScsiController) >= 0,
            $"There is no SCSI controller '{options.ScsiController}'; there are {string.Join(", ", ScsiControllers)}.");
        Require(
            options.Cores is >= 1 and <= MaxCores && options.Sockets is >= 1 and <= MaxCores,
            $"A VM has 1 to {MaxCores} cores a socket, and 1 to {MaxCores} sockets.");
        Require(options.Memory >= 16L * MiB && options.Memory % MiB == 0, "A VM has 16 MiB of memory or more, in whole MiB.");
        Require(options.Name is null || Matches(options.Name, @"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"),
            "The name of a VM is that of a host: letters, digits, dashes within, and dots.");
        Require(Matches(options.Storage, @"[A-Za-z][A-Za-z0-9_.-]*[A-Za-z0-9]"), "The name of a storage begins with a letter; letters, digits, '-', '_' and '.' follow.");
        Require(Matches(options.Bridge, @"[A-Za-z0-9_.-]{1,20}"), "The name of a bridge has letters, digits, '_', '-' and '.'.");
        Require(options.Cpu is null || Matches(options.Cpu, CpuPattern) && !HasTwice(options.Cpu), "The processor is a name, of a kind of one's own with 'custom-' before it, and may have flags=, hidden=, hv-vendor-id=, level=, phys-bits= and guest-phys-bits= behind it, after commas.");
        Require(options.Machine is null || Matches(options.Machine, MachinePattern) && !HasTwice(options.Machine), "The machine is pc, q35, or a version of these, and may have viommu=, aw-bits=, enable-s3= and enable-s4= behind it, after commas.");
        Require(options.SystemUuid is null || Guid.TryParseExact(options.SystemUuid, "D", out _), "A uuid has the form 8-4-4-4-12.");
        Require(options.VMId is >= 100 and <= 999_999_999, "VMs have numbers from 100 to 999999999.");
        Require((options.Description ?? string.Empty).Length <= MaxDescription, $"A description has {MaxDescription} characters at most.");
        Require(options.Networks.Count <= 32, "A VM has 32 network adapters at most.");
        foreach (GuestNetwork network in options.Networks)
        {
            RequireModel(network.Model);
            Require(
                network.MacAddress.Length == 0 || MacText.IsAddress(network.MacAddress),
                $"'{Printable.Short(network.MacAddress)}' is no address of a network adapter.");
        }

        foreach (string key in options.Disks.Select(static d => d.Key).OfType<string>())
        {
            Match match = Regex.Match(key, @"^(ide|sata|scsi|virtio)(0|[1-9]\d?)\z", RegexOptions.CultureInvariant);
            Require(
                match.Success && int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) < Buses[match.Groups[1].Value],
                $"There is no drive '{Printable.Short(key)}' for a disk.");
        }
    }

    private static void RequireModel(string? model) => Require(
        model is null || Array.IndexOf(NetworkModels, model) >= 0, $"There is no network adapter '{model}'; there are {string.Join(", ", NetworkModels)}.");

    private static bool Matches(string text, string pattern) => Regex.IsMatch(text, $@"^(?:{pattern})\z", RegexOptions.CultureInvariant);

    /// <summary>Whether a property has one of its parts twice.</summary>
    private static bool HasTwice(string property)
    {
        string[] keys = [.. property.Split(',').Select(static p => p.Split('=')[0])];
        return keys.Distinct().Count() < keys.Length;
    }

    private static void Require(bool isValid, string message)
    {
        if (!isValid)
        {
            throw Invalid(message);
        }
    }

    private static VmaException Invalid(string message) => new(VmaCodes.ConfigValueInvalid, message);

    /// <summary>An address of the range that Proxmox takes its own from.</summary>
    private static string MakeMac()
    {
        byte[] random = new byte[3];
        using RandomNumberGenerator generator = RandomNumberGenerator.Create();
        generator.GetBytes(random);
        return "BC:24:11:" + string.Join(":", random.Select(static b => b.ToString("X2", CultureInfo.InvariantCulture)));
    }

    private static string SizeText(long size)
    {
        foreach ((long unit, string name) in new[] { (1L << 40, "T"), (1L << 30, "G"), (1L << 20, "M"), (1L << 10, "K") })
        {
            if (size % unit == 0)
            {
                return Text(size / unit) + name;
            }
        }

        return Text(size);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
