using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Streams the extents of archives: where they are and which clusters they hold.</summary>
[Cmdlet(VerbsCommon.Get, "VmaExtent", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Get-VmaExtent.md")]
[OutputType(typeof(VmaExtent))]
public sealed class GetVmaExtentCommand : ArchiveReaderCmdlet
{
    private protected override void ProcessArchive(VmaArchive archive)
    {
        foreach (VmaExtent extent in archive.ReadExtents())
        {
            CancellationToken.ThrowIfCancellationRequested();
            WriteObject(extent);
        }
    }
}
