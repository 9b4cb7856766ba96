using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that works on devices, and which of them it chooses.</summary>
public abstract class DeviceCmdlet : ArchiveSourceCmdlet
{
    /// <summary>Names of devices; wildcards are allowed.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DeviceNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Numbers of devices.</summary>
    [Parameter]
    [ValidateRange(1, 254)]
    [ArgumentCompleter(typeof(DeviceIdCompleter))]
    public int[]? Id { get; set; }

    /// <summary>The choice.</summary>
    internal DeviceFilter Filter => new(Name, Id);
}
