using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Chooses devices by <c>-Name</c> (wildcards) and <c>-Id</c>.</summary>
internal sealed class DeviceFilter
{
    private readonly string[]? _names;
    private readonly int[]? _ids;

    public DeviceFilter(string[]? names, int[]? ids)
    {
        _names = names;
        _ids = ids;
    }

    /// <summary>The devices that match; a name without wildcards, or a number, that none has is an error.</summary>
    public IReadOnlyList<VmaDevice> Select(VmaArchive archive, Action<ErrorRecord> onError)
    {
        foreach (string name in _names ?? [])
        {
            if (!Patterns.IsOne(name) && !archive.Devices.Any(d => Matches(d, name)))
            {
                onError(ErrorRecords.DeviceNotFound(archive.ArchivePath, $"named '{name}'"));
            }
        }

        foreach (int id in _ids ?? [])
        {
            if (archive.FindDevice(id) is null)
            {
                onError(ErrorRecords.DeviceNotFound(archive.ArchivePath, id.ToString(CultureInfo.InvariantCulture)));
            }
        }

        return [.. archive.Devices.Where(Includes)];
    }

    /// <summary>Whether a device matches.</summary>
    public bool Includes(VmaDevice device) =>
        (_names is null || _names.Any(n => Matches(device, n))) && (_ids is null || _ids.Contains(device.DeviceId));

    private static bool Matches(VmaDevice device, string name) =>
        string.Equals(device.Name, name, StringComparison.OrdinalIgnoreCase)
        || Patterns.Get(name, WildcardOptions.IgnoreCase).IsMatch(device.Name);
}
