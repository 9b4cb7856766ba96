using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that makes a file of what archives hold.</summary>
public abstract class WriterCmdlet : ArchiveCmdlet
{
    /// <summary>The file to write, or a folder, in which it is named after the archive.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Destination")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>Gives what was written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}
