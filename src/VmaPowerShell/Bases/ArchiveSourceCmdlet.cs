using System.IO;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet whose archives are there already, as files or as a stream.</summary>
public abstract class ArchiveSourceCmdlet : ArchiveCmdlet
{
    /// <summary>A readable stream that holds an archive, compressed or not. It is left open.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputStreamSet)]
    [ValidateNotNull]
    public Stream? InputStream { get; set; }

    /// <summary>Opens the archive in a stream.</summary>
    private protected VmaArchive OpenStream(Stream stream)
    {
        VmaArchive archive = VmaArchive.Open(stream, leaveOpen: true, OpenOptions);
        TellOpened(archive);
        return archive;
    }
}
