using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace VmaTools.Guests.Descriptions;

/// <summary>Reads the VMX of a VM of VMware: lines of keys, whose case does not count, and values in quotes.</summary>
internal static class VmxReader
{
    private const RegexOptions Plain = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    private static readonly Regex Line = new(@"^\s*([A-Za-z0-9_.:-]+)\s*=\s*(?:""([^""]*)""|(\S*))", Plain);
    private static readonly Regex Disk = new(@"^(scsi|nvme|sata|ide)(\d{1,2}):(\d{1,2})\.fileName$", Plain);
    private static readonly Regex Network = new(@"^ethernet(\d{1,2})\.present$", Plain);

    public static MachineDescription Read(DescriptionFile file)
    {
        Dictionary<string, string> values = Parse(file);
        if (!values.ContainsKey("config.version") && !values.ContainsKey("virtualHW.version"))
        {
            throw file.Invalid("it is neither an OVF nor a VMX.");
        }

        if (values.ContainsKey("encryption.data") || values.ContainsKey("encryption.keySafe"))
        {
            throw file.Invalid("it is encrypted; take the encryption off the VM in VMware first.");
        }

        List<string> warnings = [];
        if (IsTrue(values, "vtpm.present") || IsTrue(values, "managedvm.autoAddVTPM"))
        {
            warnings.Add(MachineParts.TpmWarning);
        }

        (int cores, int sockets) = MachineParts.Topology(
            Number(file, values, "numvcpus", MachineParts.MaxCores) ?? 1, Number(file, values, "cpuid.coresPerSocket", MachineParts.MaxCores));
        string[] disks = [.. DisksOf(file, values)];
        bool hasPvscsi = disks.Any(k => k.StartsWith(MachineParts.Scsi, StringComparison.OrdinalIgnoreCase))
            && disks.Where(static k => k.StartsWith(MachineParts.Scsi, StringComparison.OrdinalIgnoreCase))
                .All(k => IsText(values, k.Split(':')[0] + ".virtualDev", MachineParts.Pvscsi));
        return new MachineDescription(file.FilePath, "VMX")
        {
            Name = MachineParts.HostName(Text(values, "displayName")),
            Annotation = MachineParts.Annotation(Text(values, "annotation")),
            Cores = cores,
            Sockets = sockets,
            Memory = Number(file, values, "memsize", MachineParts.MaxMemory) * (1 << 20),
            OSType = GuestKinds.OfName(Text(values, "guestOS")) ?? GuestKinds.Other,
            IsUefi = IsText(values, "firmware", "efi"),
            SystemUuid = MachineParts.Uuid(Text(values, "uuid.bios")),
            ScsiController = hasPvscsi ? MachineParts.Pvscsi : null,
            Disks = [.. disks.Select(k => new MachineDisk(file.FindDisk(values[k]), BusOf(k)))],
            Networks = [.. NetworksOf(values, warnings)],
            Warnings = warnings,
        };
    }

    private static Dictionary<string, string> Parse(DescriptionFile file)
    {
        Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in TextOf(file.Bytes).Split('\n').Select(static l => Line.Match(l)).Where(static m => m.Success))
        {
            values[match.Groups[1].Value] = Unescape(match.Groups[2].Success ? match.Groups[2].Value : match.Groups[3].Value);
        }

        return values;
    }

    /// <summary>UTF-8, or what every byte is a character of. Names of files that are neither are not found, then.</summary>
    private static string TextOf(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (ArgumentException)
        {
            return Encoding.GetEncoding("iso-8859-1").GetString(bytes);
        }
    }

    /// <summary>A bar and two digits stand for what cannot stand between quotes.</summary>
    private static string Unescape(string text) => Regex.Replace(
        text, @"\|([0-9A-Fa-f]{2})", static m => ((char)int.Parse(m.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());

    /// <summary>The keys of disks in the order in which the VM looks for one to start from.</summary>
    private static IEnumerable<string> DisksOf(DescriptionFile file, Dictionary<string, string> values)
    {
        (string Key, int Rank, int Controller, int Unit)[] found = [.. values.Keys
            .Select(static k => (Key: k, Match: Disk.Match(k)))
            .Where(k => k.Match.Success && IsDisk(values, k.Key))
            .Select(static k => (
                k.Key,
                Array.IndexOf(["scsi", "nvme", "sata", "ide"], k.Match.Groups[1].Value.ToLowerInvariant()),
                int.Parse(k.Match.Groups[2].Value, CultureInfo.InvariantCulture),
                int.Parse(k.Match.Groups[3].Value, CultureInfo.InvariantCulture)))];
        if (found.Length > MachineParts.MaxDisks)
        {
            throw file.Invalid($"it has {found.Length} disks; {MachineParts.MaxDisks} are taken at most.");
        }

        string first = (Text(values, "bios.hddOrder") ?? string.Empty).Split(',')[0].Trim() + ".fileName";
        return found
            .OrderBy(d => string.Equals(d.Key, first, StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            .ThenBy(static d => d.Rank).ThenBy(static d => d.Controller).ThenBy(static d => d.Unit)
            .Select(static d => d.Key);
    }

    private static bool IsDisk(Dictionary<string, string> values, string key)
    {
        string drive = key.Substring(0, key.LastIndexOf('.'));
        string kind = Text(values, drive + ".deviceType") ?? string.Empty;
        return values[key].Length > 0
            && !IsText(values, drive + ".present", "FALSE")
            && !IsText(values, drive.Split(':')[0] + ".present", "FALSE")
            && kind.IndexOf("cdrom", StringComparison.OrdinalIgnoreCase) < 0;
    }

    private static string BusOf(string key)
    {
        string bus = Disk.Match(key).Groups[1].Value.ToLowerInvariant();
        return bus is MachineParts.Ide or MachineParts.Sata ? bus : MachineParts.Scsi;
    }

    private static IEnumerable<GuestNetwork> NetworksOf(Dictionary<string, string> values, List<string> warnings) => values.Keys
        .Select(static k => Network.Match(k))
        .Where(m => m.Success && IsTrue(values, m.Value))
        .OrderBy(static m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))
        .Take(MachineParts.MaxNetworks)
        .Select(m =>
        {
            string adapter = m.Value.Substring(0, m.Value.LastIndexOf('.'));
            string? address = IsText(values, adapter + ".addressType", "static")
                ? Text(values, adapter + ".address")
                : Text(values, adapter + ".generatedAddress") ?? Text(values, adapter + ".address");
            return MachineParts.Network(address, Text(values, adapter + ".virtualDev"), warnings);
        });

    private static string? Text(Dictionary<string, string> values, string key) => values.TryGetValue(key, out string? value) && value.Length > 0 ? value : null;

    private static bool IsText(Dictionary<string, string> values, string key, string text) => string.Equals(Text(values, key), text, StringComparison.OrdinalIgnoreCase);

    private static bool IsTrue(Dictionary<string, string> values, string key) => IsText(values, key, "TRUE");

    private static long? Number(DescriptionFile file, Dictionary<string, string> values, string key, long most) =>
        Text(values, key) is { } text ? file.Number(text, key, 1, most) : null;
}
