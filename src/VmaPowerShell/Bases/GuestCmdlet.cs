using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that works on volumes of guests: archives by path or from the pipeline, and which volumes of them.</summary>
public abstract class GuestCmdlet : GuestReaderCmdlet
{
    private readonly GuestSessions _sessions = new();

    /// <summary>Archives, volumes, devices, partitions, files in guests, or paths of archives.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>Addresses of archives on servers (https://, http://): strings, Uris, or SecureStrings where they are secrets.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? InputUri { get; set; }

    /// <summary>
    /// Volumes to look on: id (drive-scsi0/p2), short form (p2), letter (C:), mount point (/home), label or uuid; wildcards are
    /// allowed.
    /// </summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VolumeCompleter))]
    public string[]? Volume { get; set; }

    /// <summary>The guest of an input, opened once for a run of inputs of one archive.</summary>
    private protected virtual VmaGuest GuestOf(GuestInput input) => _sessions.Get(input.ArchivePath, () => Open(input));

    /// <summary>Opens the guest of an input.</summary>
    private protected VmaGuest Open(GuestInput input) => Open(input.Archive ?? OpenArchive(input.ArchivePath), input.ArchivePath);

    /// <summary>What archives, or else objects, stand for.</summary>
    private protected IEnumerable<GuestInput> GuestInputs(string[]? archives) => (archives, InputUri) switch
    {
        ({ } paths, _) => GuestInput.OfFiles(ResolveArchives(paths)),
        (null, { } addresses) => GuestInput.OfFiles(ArchivesAt(addresses)),
        _ => InputObject.SelectMany(o => GuestInput.From(o, SessionState, Archives, WriteError)),
    };

    /// <summary>The archives that paths name.</summary>
    private protected virtual IEnumerable<string> ResolveArchives(string[] paths) => Archives.Resolve(SessionState, paths, areLiteral: false, WriteError);

    /// <summary>Ends the command where no archive is named, or more than one way leads to them.</summary>
    /// <param name="archives">Archives by path.</param>
    private protected void CheckSources(string[]? archives)
    {
        int given = (archives is null ? 0 : 1) + (InputUri is null ? 0 : 1) + (MyInvocation.ExpectingInput || InputObject.Length > 0 ? 1 : 0);
        if (given != 1)
        {
            ThrowTerminatingError(given == 0 ? ErrorRecords.SourceMissing() : ErrorRecords.TwoSources());
        }
    }

    /// <summary>The ids of the volumes that are meant, or null where none was named.</summary>
    private protected IReadOnlyList<string>? SelectVolumes(VmaGuest guest, GuestInput input)
    {
        IReadOnlyList<string>? ofInput = input.Volumes(guest);
        if (Volume is null)
        {
            return ofInput;
        }

        List<string> selected = [];
        foreach (string name in Volume)
        {
            IEnumerable<string> found = Patterns.IsOne(name) ? Matching(guest, name) : [guest.GetVolumeId(name)];
            selected.AddRange(found.Where(v => !selected.Contains(v) && ofInput?.Contains(v) != false).ToArray());
        }

        return selected;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sessions.Dispose();
        }

        base.Dispose(disposing);
    }

    private static IEnumerable<string> Matching(VmaGuest guest, string pattern)
    {
        WildcardPattern wildcard = Patterns.Get(pattern, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        return guest.GetVolumes()
            .Where(v => new[] { v.Id, v.Id.Substring(v.Id.LastIndexOf('/') + 1), v.GuestDriveLetter, v.MountPoint, v.Label, v.Uuid }
                .Any(name => name is not null && wildcard.IsMatch(name)))
            .Select(static v => v.Id);
    }
}
