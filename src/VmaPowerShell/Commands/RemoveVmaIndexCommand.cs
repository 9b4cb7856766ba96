using System;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Deletes indexes, or catalogs of files. Where one is needed again it is built again.</summary>
[Cmdlet(VerbsCommon.Remove, "VmaIndex", SupportsShouldProcess = true, DefaultParameterSetName = InputObjectSet, HelpUri = HelpLinks.Base + "Remove-VmaIndex.md")]
[OutputType(typeof(void))]
public sealed class RemoveVmaIndexCommand : VmaCmdlet
{
    private const string CatalogSet = "Catalog";

    /// <summary>Indexes that Get-VmaIndex or New-VmaIndex gave.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = InputObjectSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public VmaIndex[] InputObject { get; set; } = [];

    /// <summary>Catalogs that Get-VmaIndex -Files or New-VmaIndex -Files gave.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CatalogSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public VmaFileCatalog[] Catalog { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VmaIndex index in InputObject)
        {
            Delete(index.IndexPath, "Delete the index", index.Delete);
        }

        foreach (VmaFileCatalog catalog in Catalog)
        {
            if (catalog.CatalogPath is string path)
            {
                Delete(path, "Delete the catalog of files", catalog.Delete);
            }
        }
    }

    private void Delete(string path, string action, Action delete) => Attempt(path, () =>
    {
        if (ShouldProcess(path, action))
        {
            delete();
        }
    });
}
