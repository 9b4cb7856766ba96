using System.Collections.Generic;
using System.Linq;

namespace VmaTools.PowerShell;

/// <summary>Completes the volumes of the archive that the command line names.</summary>
public sealed class VolumeCompleter : ArchiveCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Candidates(VmaArchive archive)
    {
        try
        {
            // To build an index would keep the user waiting at a key.
            if (archive.MustBuildIndex())
            {
                return [];
            }

            using VmaGuest guest = VmaGuest.Open(archive);
            return guest.GetVolumes().Select(static v => (v.Id, $"{v.FileSystem ?? "unknown"} {v.Label}")).ToArray();
        }
        catch (VmaException)
        {
            return [];
        }
    }
}
