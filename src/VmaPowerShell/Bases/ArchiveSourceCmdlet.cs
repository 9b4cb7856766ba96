using System.IO;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet whose archives are there already, as files, on servers, or as a stream.</summary>
public abstract class ArchiveSourceCmdlet : ArchiveCmdlet
{
    /// <summary>A readable stream that holds an archive, compressed or not. It is left open.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputStreamSet)]
    [ValidateNotNull]
    public Stream? InputStream { get; set; }

    /// <summary>Addresses of archives on servers (https://, http://): strings, Uris, or SecureStrings where they are secrets.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputUriSet)]
    [ValidateNotNullOrEmpty]
    public object[] InputUri { get; set; } = [];

    /// <summary>Opens the archive in a stream.</summary>
    private protected VmaArchive OpenStream(Stream stream)
    {
        VmaArchive archive = VmaArchive.Open(stream, leaveOpen: true, OpenOptions);
        TellOpened(archive);
        return archive;
    }
}
