using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Tells what archives hold for the guests' firmware: boot entries, Secure Boot and its keys, the state of a TPM.</summary>
[Cmdlet(VerbsCommon.Get, "VmaFirmware", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Get-VmaFirmware.md")]
[OutputType(typeof(VmaFirmware))]
public sealed class GetVmaFirmwareCommand : ArchiveReaderCmdlet
{
    private protected override void ProcessArchive(VmaArchive archive)
    {
        IReadOnlyList<VmaFirmware> found = RunWithProgress(
            $"Reading the firmware's disks of {archive.ArchivePath ?? "stream"}", (progress, token) => VmaFirmware.Read(archive, progress, token));
        TellOfIndex(archive);
        if (found.Count == 0)
        {
            WriteVerbose($"{archive.ArchivePath ?? "stream"} has no disk for EFI variables or the state of a TPM.");
        }

        WriteObject(found, enumerateCollection: true);
    }
}
