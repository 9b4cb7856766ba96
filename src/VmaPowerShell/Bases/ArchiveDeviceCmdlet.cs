using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>
/// A cmdlet that lists devices of archives. Unlike those that read devices it takes archives by the properties of what is piped, as
/// all that read archives do, so what it chooses by stands here once more.
/// </summary>
public abstract class ArchiveDeviceCmdlet : ArchiveReaderCmdlet
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

    /// <summary>Devices of Get-VmaDevice, to choose from them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public VmaDevice? InputObject { get; set; }

    /// <summary>Whether some devices only are meant.</summary>
    private protected bool IsChoosing => Name is not null || Id is not null;

    /// <summary>The choice.</summary>
    private protected DeviceFilter Filter => new(Name, Id);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not { } device)
        {
            base.ProcessRecord();
        }
        else if (Filter.Includes(device))
        {
            ProcessDevice(device);
        }
    }

    /// <summary>Does the cmdlet's work on a device that was piped.</summary>
    private protected abstract void ProcessDevice(VmaDevice device);
}
