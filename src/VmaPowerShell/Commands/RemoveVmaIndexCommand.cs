using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Deletes indexes. Where one is needed again it is built again.</summary>
[Cmdlet(VerbsCommon.Remove, "VmaIndex", SupportsShouldProcess = true, HelpUri = HelpLinks.Base + "Remove-VmaIndex.md")]
[OutputType(typeof(void))]
public sealed class RemoveVmaIndexCommand : VmaCmdlet
{
    /// <summary>Indexes that Get-VmaIndex or New-VmaIndex gave.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public VmaIndex[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VmaIndex index in InputObject)
        {
            Attempt(index.IndexPath, () =>
            {
                if (ShouldProcess(index.IndexPath, "Delete the index"))
                {
                    index.Delete();
                }
            });
        }
    }
}
