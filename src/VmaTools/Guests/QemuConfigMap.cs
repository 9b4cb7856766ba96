using System;
using VmaTools.Bytes;

namespace VmaTools;

/// <summary>A line by which vzdump ties a disk of the VM to a device of the archive.</summary>
/// <remarks><c>#qmdump#map:&lt;disk key&gt;:&lt;device name&gt;:&lt;storage&gt;:&lt;format&gt;:</c>, the last two possibly empty.</remarks>
public sealed class QemuConfigMap
{
    internal const string Prefix = "#qmdump#map:";

    private QemuConfigMap(int lineNumber, string diskKey, string deviceName, string storage, string format)
    {
        LineNumber = lineNumber;
        DiskKey = diskKey;
        DeviceName = deviceName;
        Storage = storage;
        Format = format;
    }

    /// <summary>Number of the line in the file, from 1.</summary>
    public int LineNumber { get; }

    /// <summary>The key of the disk, such as <c>scsi0</c>.</summary>
    public string DiskKey { get; }

    /// <summary>The name of the device in the archive, such as <c>drive-scsi0</c>.</summary>
    public string DeviceName { get; }

    /// <summary>The storage that held the disk; may be empty.</summary>
    public string Storage { get; }

    /// <summary>The format that the disk had; may be empty.</summary>
    public string Format { get; }

    /// <inheritdoc/>
    public override string ToString() => DiskKey + " -> " + DeviceName;

    internal static QemuConfigMap? TryParse(int lineNumber, string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        string rest = text.Substring(Prefix.Length).TrimEnd();
        foreach (char c in rest)
        {
            if (GuestText.IsSpace(c))
            {
                return null;
            }
        }

        // Counted from the end: Proxmox's pattern is greedy, so surplus colons belong to the disk key.
        string[] parts = rest.Split(':');
        int last = parts.Length - 1;
        if (last < 4 || parts[last].Length != 0 || parts[last - 3].Length == 0)
        {
            return null;
        }

        string key = string.Join(":", parts, 0, last - 3);
        return key.Length == 0 ? null : new QemuConfigMap(lineNumber, key, parts[last - 3], parts[last - 2], parts[last - 1]);
    }
}
