using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Lists the devices of archives: disk images and the guest's memory.</summary>
[Cmdlet(VerbsCommon.Get, "VmaDevice", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Get-VmaDevice.md")]
[OutputType(typeof(VmaDevice))]
public sealed class GetVmaDeviceCommand : ArchiveDeviceCmdlet
{
    private protected override void ProcessDevice(VmaDevice device) => WriteObject(device);

    private protected override void ProcessArchive(VmaArchive archive) =>
        WriteObject(Filter.Select(archive, WriteError), enumerateCollection: true);
}
