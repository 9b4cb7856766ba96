using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace VmaTools.PowerShell;

/// <summary>Completes the numbers of partitions of the archive that the command line names.</summary>
public sealed class PartitionIndexCompleter : ArchiveCompleter
{
    private protected override bool TakesWildcards => false;

    private protected override IEnumerable<(string Text, string ToolTip)> Candidates(VmaArchive archive)
    {
        // To build an index would keep the user waiting at a key.
        if (archive.MustBuildIndex())
        {
            return [];
        }

        List<(string, string)> found = [];
        foreach (VmaDevice device in archive.Devices.Where(static d => !d.IsVmstate))
        {
            try
            {
                found.AddRange(VmaPartition.Read(device, out _, null, default)
                    .Select(static p => (p.Index.ToString(CultureInfo.InvariantCulture), $"{p.Device} {p.Index}, {p.FileSystem ?? p.Type}")));
            }
            catch (VmaException)
            {
                // A completer has nobody to tell an error to.
            }
        }

        return found;
    }
}
