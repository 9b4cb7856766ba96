using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that reads archives, as PowerShell's own cmdlets take files.</summary>
public abstract class ArchiveReaderCmdlet : ArchiveSourceCmdlet
{
    private readonly HashSet<string> _taken = new(System.StringComparer.Ordinal);

    /// <summary>Archives to read; wildcards are expanded.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [NoByte]
    [NoOrphan]
    [UriText]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Archives to read, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("ArchivePath", "PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Does the cmdlet's work on one archive.</summary>
    private protected abstract void ProcessArchive(VmaArchive archive);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputStream is { } stream)
        {
            Attempt(stream, () => Process(OpenStream(stream)));
            return;
        }

        foreach (string file in NamedFiles())
        {
            ProcessFile(file);
        }
    }

    /// <summary>Opens one file and does the work on it.</summary>
    private protected virtual void ProcessFile(string file) => Attempt(file, () => Process(OpenArchive(file)));

    /// <summary>True where what is bound now names an archive that had its turn: devices of one archive were piped in.</summary>
    private protected bool IsRepeated { get; private set; }

    /// <summary>The files that the parameters name. One that objects name again is left out.</summary>
    private protected IEnumerable<string> NamedFiles()
    {
        bool areLiteral = ParameterSetName == LiteralPathSet;
        IsRepeated = false;
        foreach (string file in ParameterSetName == InputUriSet ? ArchivesAt(InputUri) : Archives.Resolve(SessionState, areLiteral ? LiteralPath : Path, areLiteral, WriteError))
        {
            if (areLiteral && !_taken.Add(file))
            {
                IsRepeated = true;
            }
            else
            {
                yield return file;
            }
        }
    }

    /// <summary>Whether a file came with the others of its folder and belongs to one of them, which is said. One that is asked for by name is taken.</summary>
    private protected bool IsPassedOver(string file)
    {
        if (!(MyInvocation.ExpectingInput || System.Array.Exists(Path, SourcePaths.IsPattern)) || !BackupFileName.Parse(VmaAddresses.FileNameOf(file)).IsCompanion)
        {
            return false;
        }

        WriteVerbose($"{file} stands beside an archive and is none.");
        return true;
    }

    private void Process(VmaArchive archive)
    {
        using (archive)
        {
            WriteHeaderFindings(archive);
            ProcessArchive(archive);
        }
    }
}
