using System.Management.Automation;
using System.Text;

namespace VmaTools.PowerShell;

/// <summary>What Get-Content takes on a drive besides its own parameters; they mean what they mean on the file system.</summary>
public sealed class ContentParameters
{
    /// <summary>Gives bytes; TotalCount and ReadCount count bytes, and a ReadCount above 1 gives arrays.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Gives the whole content as one string, or with AsByteStream as one array.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>A named stream (NTFS) of a file instead of its content.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Stream { get; set; }

    /// <summary>How the text of a config or a file is encoded; UTF-8 unless given.</summary>
    [Parameter]
    [EncodingName]
    [ValidateNotNull]
    public Encoding? Encoding { get; set; }
}
