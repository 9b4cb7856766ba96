using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that opens archives, and how it opens them.</summary>
public abstract class ArchiveCmdlet : VmaCmdlet
{
    private readonly HashSet<string> _told = [];

    /// <summary>The largest window, in bytes, that a zstd archive may ask for.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long MaxWindowSize { get; set; } = new VmaOpenOptions().MaxWindowSize;

    /// <summary>
    /// What goes with every request for an archive at an address, and to no other server: names and values, which may be strings or
    /// SecureStrings.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Headers { get; set; }

    /// <summary>The archive's index, where it is not found by itself: a path, or an address as a string, a Uri or a SecureString.</summary>
    [Parameter]
    [IndexPlace]
    [ValidateNotNullOrEmpty]
    public string? IndexPath { get; set; }

    /// <summary>Threads that decode at a time, where pieces of a compressed archive do not need each other; one for each processor unless given.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? ThrottleLimit { get; set; }

    /// <summary>Resolves paths and addresses of archives.</summary>
    private protected SourcePaths Archives => SourcePaths.Archives(address => Addresses.Add(address, RemoteArchives.HeadersOf(Headers)));

    /// <summary>How archives are opened.</summary>
    internal VmaOpenOptions OpenOptions => new()
    {
        Addresses = Addresses,
        MaxWindowSize = MaxWindowSize,
        ThrottleLimit = ThrottleLimit ?? new VmaOpenOptions().ThrottleLimit,
        NewIndexPath = NewIndexOfPass,
        IndexPath = IndexPath,
    };

    /// <summary>Opens an archive that is a file.</summary>
    internal VmaArchive OpenArchive(string path)
    {
        VmaArchive archive = VmaArchive.Open(path, OpenOptions);
        TellOpened(archive);
        return archive;
    }

    /// <summary>Says what was opened, and how it is read.</summary>
    internal void TellOpened(VmaArchive archive)
    {
        bool isPlain = archive.Compression == VmaCompression.None;
        string stored = archive.StoredLength is long length ? $", {BinarySize.Format(length)}" : string.Empty;
        string how = isPlain ? "not compressed" : $"compressed by {archive.Compression}";
        WriteVerbose(
            $"{archive.ArchivePath ?? "stream"} is opened: {how}{stored}, made {archive.CreationTime.ToUniversalTime():u}, {archive.Devices.Count} device(s), {archive.Configs.Count} config(s).");
        if (!isPlain)
        {
            TellThreads(archive.ArchivePath ?? "stream");
        }
    }

    /// <summary>Says how many threads may decode.</summary>
    private protected void TellThreads(string what) => WriteVerbose($"{what} is decoded on up to {OpenOptions.ThrottleLimit} thread(s), where its pieces do not need each other.");

    /// <summary>Where a pass over an archive is to leave its index, as the options have it; null for none.</summary>
    private protected virtual string? NewIndexOfPass => null;

    /// <summary>Warns where an index was asked for and there is none, and else says which one there is.</summary>
    internal void TellNewIndex(VmaIndex? index, VmaException? error)
    {
        if (error is not null)
        {
            WriteWarning($"No index was made: {error.Code}: {error.Message}");
        }
        else if (index is not null)
        {
            WriteVerbose($"The index is {index.IndexPath}.");
        }
    }

    /// <summary>Makes the catalog of the files in an archive, and tells what it lacks.</summary>
    /// <param name="archive">The archive, which is a file.</param>
    /// <param name="target">The file to write; null for the user's cache folder.</param>
    /// <param name="options">How the guest's volumes are opened.</param>
    private protected VmaFileCatalog MakeCatalog(VmaArchive archive, string? target, FileSystemOptions options)
    {
        string path = archive.ArchivePath!;
        List<(string Volume, FileSystemFinding Finding)> findings = [];
        VmaFileCatalog built = RunWithProgress($"Making the catalog of the files in {path}", (progress, token) =>
        {
            using VmaGuest guest = VmaGuest.Open(archive, options, progress, token);
            return VmaFileCatalog.Build(guest, target, (volume, finding) => findings.Add((volume, finding)), token);
        });
        foreach ((string volume, FileSystemFinding finding) in findings)
        {
            WriteError(ErrorRecords.From(finding.ToException(volume, path), finding.Path));
        }

        foreach (string unread in built.UnreadVolumes)
        {
            WriteWarning($"{path}: the catalog has no files of {unread}");
        }

        TellWritten(built.CatalogPath!);
        return built;
    }

    /// <summary>The archive of an input, opened where the input did not bring it along.</summary>
    private protected VmaArchive OpenArchive(DeviceInput input) => input.Open(OpenArchive);

    /// <summary>Ends the command where no archive is given, or one in the place of the destination.</summary>
    /// <param name="given">What is given for archives.</param>
    /// <param name="destination">What is given for the destination.</param>
    private protected void RequireSources(PSObject[] given, string destination)
    {
        RefuseSource(given, destination);
        if (given.Length == 0 && !MyInvocation.ExpectingInput)
        {
            ThrowTerminatingError(ErrorRecords.ArchiveMissing());
        }
    }

    /// <summary>What objects stand for. One that stands for nothing is an error.</summary>
    private protected IEnumerable<DeviceInput> InputsOf(PSObject[] objects) =>
        objects.SelectMany(o => DeviceInput.From(o, SessionState, Archives, WriteError));

    /// <summary>The archives that addresses name: strings, Uris or SecureStrings.</summary>
    private protected IEnumerable<string> ArchivesAt(object[] addresses) => addresses.SelectMany(item => RemoteArchives.TextOf(item) is { } address
        ? Archives.Address(address, WriteError)
        : NoAddress(item));

    private string[] NoAddress(object item)
    {
        WriteError(ErrorRecords.InvalidInput(item));
        return [];
    }

    /// <summary>Warns, once for each text, where an index cannot be used or kept, and says which one is used.</summary>
    internal void TellOfIndex(VmaArchive archive)
    {
        if (archive.IndexNotice is { } notice && _told.Add(notice))
        {
            WriteWarning(notice);
        }

        if (archive.IndexPath is { } index && _told.Add(index))
        {
            WriteVerbose($"{archive.ArchivePath ?? "stream"} is read by the index {index}.");
        }
    }

    /// <summary>What is wrong with an archive's header, as errors.</summary>
    internal void WriteHeaderFindings(VmaArchive archive)
    {
        foreach (VmaFinding finding in archive.HeaderFindings)
        {
            WriteFinding(finding, archive.ArchivePath);
        }
    }
}
