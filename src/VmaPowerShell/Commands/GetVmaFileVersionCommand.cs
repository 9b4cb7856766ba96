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
