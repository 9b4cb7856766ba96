using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Lists the devices of archives: disk images and the guest's memory.</summary>
[Cmdlet(VerbsCommon.Get, "VmaDevice", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Get-VmaDevice.md")]
[OutputType(typeof(VmaDevice))]
public sealed class GetVmaDeviceCommand : DeviceListCmdlet
{
    private protected override void ProcessDevices(VmaArchive archive, IReadOnlyList<VmaDevice> devices, DevicePart? part, bool areAll) =>
        WriteObject(devices, enumerateCollection: true);
}
