using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace VmaTools.Guests.Descriptions;

/// <summary>What both kinds of description tell, in the words of Proxmox.</summary>
internal static class MachineParts
{
    public const string Ide = "ide";
    public const string Sata = "sata";
    public const string Scsi = "scsi";

    /// <summary>The paravirtual SCSI controller of VMware, which Proxmox has, too.</summary>
    public const string Pvscsi = "pvscsi";

    public const int MaxDisks = 64;
    public const int MaxNetworks = 32;
    public const int MaxCores = 512;

    /// <summary>More memory than any host has, in MiB: 1 EiB.</summary>
    public const long MaxMemory = 1L << 40;

    public const string TpmWarning = "The VM has a TPM, which has no disk that could be taken along: what the guest had sealed in it, such as BitLocker's key, stays behind.";

    private const int MaxName = 63;
    private const int MaxAnnotation = 8000;

    /// <summary>Network adapters as VMware and VirtualBox name them, in lower case, and as Proxmox does.</summary>
    private static readonly Dictionary<string, string> Models = new(StringComparer.OrdinalIgnoreCase)
    {
        ["e1000"] = "e1000", ["e1000e"] = "e1000e", ["vmxnet3"] = "vmxnet3", ["virtio"] = "virtio", ["virtio-net"] = "virtio",
        ["pcnet32"] = "pcnet", ["vlance"] = "pcnet", ["flexible"] = "pcnet", ["am79c970a"] = "pcnet", ["am79c973"] = "pcnet",
        ["82540em"] = "e1000", ["82543gc"] = "e1000", ["82545em"] = "e1000",
    };

    /// <summary>The name of a host that is like a name; null where nothing of it would be left.</summary>
    public static string? HostName(string? name)
    {
        if (name is null)
        {
            return null;
        }

        string plain = new([.. name.Take(4 * MaxName).Select(static c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '.' ? c : '-')]);
        string[] labels = [.. plain
            .Split('.')
            .Select(static l => Regex.Replace(l, "-{2,}", "-").Trim('-'))
            .Select(static l => l.Length > MaxName ? l.Substring(0, MaxName).TrimEnd('-') : l)
            .Where(static l => l.Length > 0)];
        return labels.Length == 0 ? null : string.Join(".", labels);
    }

    /// <summary>A text that fits a description; null for none.</summary>
    public static string? Annotation(string? text)
    {
        string trimmed = (text ?? string.Empty).Trim();
        return trimmed.Length == 0 ? null : trimmed.Length <= MaxAnnotation ? trimmed : trimmed.Substring(0, MaxAnnotation);
    }

    /// <summary>A network adapter; one whose address is none gets one that is made up, and a warning.</summary>
    public static GuestNetwork Network(string? address, string? model, List<string> warnings)
    {
        string mac = (address ?? string.Empty).Trim();
        if (mac.Length > 0 && !MacText.IsAddress(mac))
        {
            warnings.Add($"'{Printable.Short(mac)}' is no address of a network adapter: another is made up.");
            mac = string.Empty;
        }

        return new GuestNetwork(mac, model is not null && Models.TryGetValue(model.Trim(), out string? known) ? known : null);
    }

    /// <summary>A uuid in the form 8-4-4-4-12 of what may be written otherwise; null where it has not 32 digits.</summary>
    public static string? Uuid(string? text)
    {
        string digits = new([.. (text ?? string.Empty).Take(100).Where(Uri.IsHexDigit).Select(char.ToLowerInvariant)]);
        return digits.Length == 32 ? Guid.ParseExact(digits, "N").ToString("D", CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Sockets, and cores of each, of a number of processors and of cores that share a socket; null for those that do not tell.</summary>
    public static (int Cores, int Sockets) Topology(long processors, long? perSocket) =>
        perSocket is long cores && cores > 0 && processors % cores == 0 ? ((int)cores, (int)(processors / cores)) : ((int)processors, 1);
}
