using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Writes what an archive holds, as digests, to a file against which the archive can be held later.</summary>
[Cmdlet(
    VerbsCommon.New,
    "VmaManifest",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low,
    HelpUri = HelpLinks.Base + "New-VmaManifest.md")]
[OutputType(typeof(System.IO.FileInfo))]
public sealed class NewVmaManifestCommand : WriterCmdlet
{
    private readonly HashSet<string> _done = [];

    /// <summary>Archives, files or paths.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>One or more algorithms.</summary>
    [Parameter]
    [ValidateSet(VmaHashAlgorithm.Md5, VmaHashAlgorithm.Sha1, VmaHashAlgorithm.Sha256, VmaHashAlgorithm.Sha384, VmaHashAlgorithm.Sha512)]
    public string[] Algorithm { get; set; } = [VmaHashAlgorithm.Sha256];

    /// <summary>A folder for a scratch file, where clusters come far out of order in a compressed archive.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SpillPath { get; set; }

    /// <summary>Replaces a file that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RequireSources(InputObject, Path);
        Path = ResolveFile(Path);
        SpillPath = SpillPath is null ? null : ResolveFile(SpillPath);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (DeviceInput input in InputsOf(InputObject))
        {
            Attempt(input.Path, () => Make(input));
        }
    }

    private void Make(DeviceInput input)
    {
        string source = input.Path ?? throw new VmaException(
            VmaCodes.SourceNotReopenable, "The object came from a stream and has no path to reopen; a manifest is made of a file.");
        if (!_done.Add(source))
        {
            return;
        }

        string target = CompanionNames.Resolve(Path, source, CompanionNames.Manifest)!;
        if (_done.Count > 1 && target == Path)
        {
            throw new VmaException(VmaCodes.SingleFileTarget, "The destination is one file, and a manifest went there already; name a folder.", target);
        }

        OutputFile.MustBeFree(target, Force, source);
        if (!ShouldProcess(target, $"Write manifest of {source}"))
        {
            return;
        }

        VmaHashOptions options = new()
        {
            Algorithms = Algorithm,
            SpillPath = SpillPath,
            Open = OpenOptions,
        };
        RunWithProgress($"Digesting {source}", (progress, token) => VmaManifest.Create(source, options, progress, token)).Save(target, Force);
        TellWritten(target);
        if (PassThru)
        {
            WriteFile(target);
        }
    }
}
