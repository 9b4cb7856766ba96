using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Lists the devices of archives: disk images and the guest's memory.</summary>
[Cmdlet(VerbsCommon.Get, "VmaDevice", DefaultParameterSetName = "Path", HelpUri = HelpLinks.Base + "Get-VmaDevice.md")]
[OutputType(typeof(VmaDevice))]
public sealed class GetVmaDeviceCommand : ArchiveReaderCmdlet
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
    [Parameter(Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    [ValidateNotNull]
    public VmaDevice? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not { } device)
        {
            base.ProcessRecord();
        }
        else if (new DeviceFilter(Name, Id).Includes(device))
        {
            WriteObject(device);
        }
    }

    private protected override void ProcessArchive(VmaArchive archive) =>
        WriteObject(new DeviceFilter(Name, Id).Select(archive, WriteError), enumerateCollection: true);
}
