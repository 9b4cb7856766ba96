using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Tells what an archive is: uuid, time, compression, devices, configs. Reads its header only.</summary>
[Cmdlet(VerbsCommon.Get, "VmaArchive", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Get-VmaArchive.md")]
[OutputType(typeof(VmaArchive))]
public sealed class GetVmaArchiveCommand : ArchiveReaderCmdlet
{
    private protected override void ProcessArchive(VmaArchive archive) => WriteObject(archive);
}
