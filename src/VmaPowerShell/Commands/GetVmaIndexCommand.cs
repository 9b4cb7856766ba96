using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Lists indexes: all that are kept in the user's cache folder, or those of archives.</summary>
[Cmdlet(VerbsCommon.Get, "VmaIndex", DefaultParameterSetName = KeptSet, HelpUri = HelpLinks.Base + "Get-VmaIndex.md")]
[OutputType(typeof(VmaIndex), typeof(VmaFileCatalog))]
public sealed class GetVmaIndexCommand : VmaCmdlet
{
    private const string KeptSet = "Kept";

    private readonly HashSet<string> _done = new(StringComparer.Ordinal);

    /// <summary>Archives whose indexes to list; wildcards are expanded.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [NoByte]
    [NoOrphan]
    [UriText]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Archives whose indexes to list, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "ArchivePath")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Lists catalogs of files instead, and of each archive that is named whether it has one.</summary>
    [Parameter]
    public SwitchParameter Files { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == KeptSet)
        {
            Attempt(null, () => WriteObject(Files ? VmaFileCatalog.GetKept() : VmaIndex.GetKept(), enumerateCollection: true));
            return;
        }

        bool areLiteral = ParameterSetName == LiteralPathSet;
        foreach (string file in SourcePaths.Archives(a => Addresses.Add(a)).Resolve(SessionState, areLiteral ? LiteralPath : Path, areLiteral, WriteError))
        {
            // The devices of an archive come one by one, each with its path.
            if (_done.Add(file))
            {
                Attempt(file, () =>
                {
                    if (Files)
                    {
                        WriteObject(VmaFileCatalog.GetOf(file));
                    }
                    else
                    {
                        Write(file);
                    }
                });
            }
        }
    }

    private void Write(string file)
    {
        IReadOnlyList<VmaIndex> found = VmaIndex.GetOf(file);
        if (found.Count > 0)
        {
            WriteObject(found, enumerateCollection: true);
            return;
        }

        // Whoever asks by a pattern asks which have one.
        if (ParameterSetName == PathSet && !MyInvocation.ExpectingInput && Array.Exists(Path, SourcePaths.IsPattern))
        {
            WriteVerbose($"{file} has no index.");
            return;
        }

        // What is no archive is told as that.
        VmaArchive.Open(file, new VmaOpenOptions { MaxWindowSize = long.MaxValue, Addresses = Addresses }).Dispose();
        WriteError(ErrorRecords.IndexNotFound(file));
    }
}
