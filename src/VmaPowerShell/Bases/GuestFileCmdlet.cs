using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>
/// A cmdlet that reads files of guests. Archive and path can stand side by side; with piped input a lone argument is the path in
/// the guest.
/// </summary>
public abstract class GuestFileCmdlet : GuestPlaceCmdlet
{
    /// <summary>Archives; wildcards are expanded.</summary>
    [Parameter(Position = 0)]
    [UriText]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PipedGuestPathCompleter))]
    public string[]? Path { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Path is not null && (MyInvocation.ExpectingInput || InputUri is not null))
        {
            // The archive is given otherwise, so a lone argument is where to look in it.
            bool isPositional = PSObject.AsPSObject(MyInvocation.BoundParameters).Properties["BoundPositionally"]?.Value is ICollection<string> positional
                && positional.Contains(nameof(Path));
            if (!isPositional || FilePath is not null)
            {
                ThrowTerminatingError(ErrorRecords.TwoSources());
            }

            FilePath = Path;
            Path = null;
        }

        CheckSources(Path);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (GuestInput input in GuestInputs(Path))
        {
            Attempt(input.ArchivePath, () => ProcessInput(input));
        }
    }
}
