using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that works on places in guests' file systems, and which of them it chooses.</summary>
public abstract class GuestPlaceCmdlet : GuestCmdlet
{
    /// <summary>Paths in the guest; slash and backslash separate, wildcards are expanded, %NN is a byte.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GuestPathCompleter))]
    public string[]? FilePath { get; set; }

    /// <summary>Paths in the guest, taken as they are: only slash separates, \xNN is a byte.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralFilePath { get; set; }

    /// <summary>Does the cmdlet's work on a place that was named.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="place">The place.</param>
    /// <param name="isMatch">True where a wildcard led to it, or it was given as an object: then the place itself is meant.</param>
    /// <param name="given">The object that was given for it, or null.</param>
    private protected abstract void ProcessPlace(VmaGuest guest, VmaFile place, bool isMatch, VmaFile? given);

    /// <summary>The place that a path without wildcards is about: for whoever reads content, where a link leads to.</summary>
    private protected virtual VmaFile Resolve(VmaGuest guest, GuestPath path, string? volume) => guest.GetFile(path, volume, followLast: true);

    /// <summary>Does the cmdlet's work on what a path without wildcards leads to.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="text">The path as it was given.</param>
    /// <param name="path">The path.</param>
    /// <param name="volume">The volume it begins at, or null.</param>
    private protected virtual void ProcessPath(VmaGuest guest, string text, GuestPath path, string? volume) =>
        ProcessPlace(guest, Resolve(guest, path, volume), isMatch: false, given: null);

    /// <summary>Does the cmdlet's work on all places that are meant in one input.</summary>
    private protected virtual void ProcessInput(GuestInput input)
    {
        VmaGuest guest = GuestOf(input);
        if (FilePath is null && LiteralFilePath is null && input.FileIn(guest) is VmaFile file)
        {
            ProcessPlace(guest, file, isMatch: false, file);
            return;
        }

        IReadOnlyList<string>? volumes = SelectVolumes(guest, input);
        if (FilePath is null && LiteralFilePath is null)
        {
            foreach (VmaFile place in DefaultPlaces(guest, volumes).ToArray())
            {
                Attempt(place.FullName, () => ProcessPlace(guest, place, isMatch: false, given: null));
            }

            return;
        }

        foreach (string? volume in volumes ?? (IReadOnlyList<string?>)[null])
        {
            foreach (string path in LiteralFilePath ?? [])
            {
                Attempt(path, () => ProcessPath(guest, path, GuestPath.ParseExact(path), volume));
            }

            foreach (string path in FilePath ?? [])
            {
                Attempt(path, () =>
                {
                    if (!GuestGlob.IsPattern(path))
                    {
                        ProcessPath(guest, path, GuestPath.ParseLenient(path), volume);
                        return;
                    }

                    bool hasAny = false;
                    foreach (VmaFile place in new GuestGlob(guest, volume, (on, finding) => WriteFinding(guest, on, finding)).Expand(path))
                    {
                        hasAny = true;
                        ProcessPlace(guest, place, isMatch: true, given: null);
                    }

                    if (!hasAny)
                    {
                        throw new VmaFileSystemException(VmaCodes.FileNotFound, "Nothing in the guest matches the path.", path, path: guest.Archive.ArchivePath);
                    }
                });
            }
        }
    }

    /// <summary>The roots, where no path was named. A volume that has no files to be missed is passed over.</summary>
    private IEnumerable<VmaFile> DefaultPlaces(VmaGuest guest, IReadOnlyList<string>? volumes) => volumes is null
        ? guest.GetRoots()
        : volumes.SelectMany(v => RootOf(guest, v));

    private IEnumerable<VmaFile> RootOf(VmaGuest guest, string volume)
    {
        try
        {
            return [guest.GetFile("/", volume)];
        }
        catch (VmaException failure) when (guest.GetVolume(volume) is { CanRead: false } facts)
        {
            if (facts.Refusal is null)
            {
                WriteVerbose($"{guest.Archive.ArchivePath}: {volume} has no files: {failure.Message}");
            }
            else
            {
                WriteError(ErrorRecords.From(failure, volume));
            }

            return [];
        }
    }
}
