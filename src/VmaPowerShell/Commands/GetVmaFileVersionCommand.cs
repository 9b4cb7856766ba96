using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Shows what a file was in each of many backups.</summary>
[Cmdlet(VerbsCommon.Get, "VmaFileVersion", HelpUri = HelpLinks.Base + "Get-VmaFileVersion.md")]
[OutputType(typeof(VmaFileVersion))]
public sealed class GetVmaFileVersionCommand : GuestFileCmdlet
{
    private readonly Dictionary<(int? VMId, string Name), List<VmaFileVersion>> _versions = [];

    /// <summary>Numbers of VMs: only their backups, where archives are named by a folder or in other ways.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public int[]? VMId { get; set; }

    /// <summary>Reads each version for its SHA-256, and compares by that.</summary>
    [Parameter]
    public SwitchParameter Content { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (VmaFileVersion version in _versions.OrderBy(static v => v.Key.VMId ?? int.MaxValue).SelectMany(static v => VmaFileVersion.Order(v.Value)))
        {
            WriteObject(version);
        }
    }

    /// <summary>A folder stands for the archives in it.</summary>
    private protected override IEnumerable<string> ResolveArchives(string[] paths) => paths.SelectMany(path => VmaAddresses.IsAddress(path)
        ? base.ResolveArchives([path])
        : SourcePaths.FilesAndFolders.Expand(SessionState, path, WriteError)
            .SelectMany(found => BackupFolders.ArchivesAt(found, recurse: false, (item, failure) => WriteError(ErrorRecords.From(failure, item)), CancellationToken)));

    /// <summary>Where a catalog tells all that is asked, the archive stays closed.</summary>
    private protected override void ProcessInput(GuestInput input)
    {
        if (!BackupFolders.IsOf(input.ArchivePath, VMId))
        {
            return;
        }

        if (Content || NoReplay || !input.IsWholeArchive || VmaAddresses.IsAddress(input.ArchivePath) || !TryCatalog(input.ArchivePath))
        {
            base.ProcessInput(input);
        }
    }

    private bool TryCatalog(string archive)
    {
        (string Text, GuestPath Path)[] paths =
        [
            .. (LiteralFilePath ?? []).Select(static p => (p, GuestPath.ParseExact(p))),
            .. (FilePath ?? []).Select(static p => (p, GuestPath.ParseLenient(p))),
        ];
        if (paths.Length == 0 || FilePath?.Any(GuestGlob.IsPattern) == true || Volume?.Any(Patterns.IsOne) == true)
        {
            return false;
        }

        List<(string Text, VmaFileVersion Version)> versions = [];
        foreach (string? volume in Volume ?? (IReadOnlyList<string?>)[null])
        {
            foreach ((string text, GuestPath path) in paths)
            {
                if (VmaFileCatalog.FindVersion(archive, path, text, volume, CancellationToken) is not { } version)
                {
                    return false;
                }

                versions.Add((text, version));
            }
        }

        WriteVerbose($"{archive} is not opened: its catalog tells of the files.");
        versions.ForEach(v => Add(v.Version.Length is null ? v.Text : v.Version.FullName, v.Version));
        return true;
    }

    /// <summary>A backup that does not have the file is a row, too.</summary>
    private protected override void ProcessPath(VmaGuest guest, string text, GuestPath path, string? volume)
    {
        VmaFile file;
        try
        {
            file = Resolve(guest, path, volume);
        }
        catch (VmaException exception) when (exception.Code == VmaCodes.FileNotFound)
        {
            Add(text, VmaFileVersion.Absent(guest, text));
            return;
        }

        Read(guest, text, file);
    }

    private protected override void ProcessPlace(VmaGuest guest, VmaFile place, bool isMatch, VmaFile? given)
    {
        // What a wildcard leads to may be anything.
        if (!isMatch || place.Length is not null)
        {
            Read(guest, place.FullName, place);
        }
    }

    private void Read(VmaGuest guest, string name, VmaFile file)
    {
        WarnOfState(guest, file);
        Add(name, VmaFileVersion.Read(guest, file, Content, CancellationToken));
    }

    private void Add(string name, VmaFileVersion version)
    {
        (int?, string) key = (version.VMId, name);
        if (!_versions.TryGetValue(key, out List<VmaFileVersion>? versions))
        {
            _versions.Add(key, versions = []);
        }

        versions.Add(version);
    }
}
