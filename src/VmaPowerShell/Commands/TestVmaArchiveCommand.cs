using System;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Reads archives to the end and tells everything that is wrong with them.</summary>
[Cmdlet(VerbsDiagnostic.Test, "VmaArchive", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Test-VmaArchive.md")]
[OutputType(typeof(VmaTestResult), typeof(bool))]
public sealed class TestVmaArchiveCommand : ArchiveReaderCmdlet
{
    /// <summary>Gives a bool instead of a result.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>Hops from extent header to extent header and reads no data. On a compressed archive this saves nothing.</summary>
    [Parameter]
    public SwitchParameter StructureOnly { get; set; }

    /// <summary>A manifest to hold the archive against, as New-VmaManifest wrote it. It is only read.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ManifestPath { get; set; }

    /// <summary>A folder for a scratch file that digests may use, where clusters come far out of order in a pipe or a compressed archive.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SpillPath { get; set; }

    /// <summary>
    /// Leaves the index of each compressed archive in the user's cache folder, made in the same pass, unless there is one that fits.
    /// </summary>
    [Parameter]
    public SwitchParameter NewIndex { get; set; }

    /// <summary>
    /// Makes the catalog of the files in each archive that is whole, too, in the user's cache folder, unless there is one that fits.
    /// </summary>
    [Parameter]
    public SwitchParameter Files { get; set; }

    private protected override string? NewIndexOfPass => NewIndex ? string.Empty : null;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (StructureOnly && ManifestPath is not null)
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("A manifest proves data; StructureOnly reads none.", nameof(StructureOnly)));
        }

        if (Files && !NewIndex)
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("A catalog is kept with an index: -Files goes with -NewIndex.", nameof(Files)));
        }

        SpillPath = SpillPath is null ? null : ResolveFile(SpillPath);
        ManifestPath = ManifestPath is null ? null : ResolveSource(ManifestPath);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputStream is { } stream)
        {
            Test(null, (progress, token) => VmaArchiveTest.Run(stream, Options(), progress, token));
            return;
        }

        bool isAny = false;
        foreach (string file in NamedFiles())
        {
            isAny = true;
            if (!IsPassedOver(file))
            {
                ProcessFile(file);
            }
        }

        // A path that leads nowhere is an error, and whoever asks for a bool gets one all the same.
        if (!isAny && !IsRepeated && Quiet)
        {
            WriteObject(false);
        }
    }

    private protected override void ProcessFile(string file) =>
        Test(file, (progress, token) => VmaArchiveTest.Run(file, Options(), progress, token));

    private protected override void ProcessArchive(VmaArchive archive) => throw new NotSupportedException();

    private VmaTestOptions Options() => new()
    {
        StructureOnly = StructureOnly,
        Manifest = ManifestPath is null ? null : VmaManifest.Load(ManifestPath),
        SpillPath = SpillPath,
        Open = OpenOptions,
    };

    private void Test(string? file, Func<IProgress<VmaProgress>, System.Threading.CancellationToken, VmaTestResult> test)
    {
        bool hasVerdict = false;
        Attempt(file, () =>
        {
            TellThreads(file ?? "stream");
            VmaTestResult result = RunWithProgress($"Testing {file ?? "stream"}", test);
            hasVerdict = true;
            TellNewIndex(result.NewIndex, result.NewIndexError);
            WriteObject(Quiet ? result.IsValid : (object)result);
            if (Files)
            {
                KeepCatalog(file, result);
            }
        });
        if (!hasVerdict && Quiet)
        {
            WriteObject(false);
        }
    }

    /// <summary>Makes the catalog of an archive that was tested. Where there can be none, a warning says so: the verdict stands.</summary>
    private void KeepCatalog(string? file, VmaTestResult result)
    {
        string? reason = file is null || VmaAddresses.IsAddress(file) ? "catalogs are kept of archives that are files"
            : result.IsValid ? null : $"{file} is damaged";
        if (reason is not null)
        {
            WriteWarning($"No catalog was made: {reason}.");
            return;
        }

        try
        {
            if (VmaFileCatalog.Check(file!, CancellationToken).State != VmaIndexState.Current)
            {
                using VmaArchive archive = OpenArchive(file!);
                MakeCatalog(archive, null, new FileSystemOptions());
            }
        }
        catch (VmaException exception)
        {
            WriteWarning($"No catalog was made: {exception.Code}: {exception.Message}");
        }
    }
}
