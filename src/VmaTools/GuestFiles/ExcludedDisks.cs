using System.Collections.Generic;
using System.Linq;

namespace VmaTools.GuestFiles;

/// <summary>Tells why a part of a volume may be missing: disks that the configuration keeps out of backups.</summary>
internal static class ExcludedDisks
{
    /// <summary>A sentence about them, or none.</summary>
    public static IEnumerable<string> Explain(VmaArchive archive)
    {
        string[] excluded = VmaVM.From(archive)?.Disks
            .Where(static d => d.WhyAbsent == VmaDiskAbsence.Excluded)
            .Select(static d => Printable.Short($"{d.Key}: {d.Volume}"))
            .ToArray() ?? [];
        if (excluded.Length > 0)
        {
            yield return $"The configuration keeps disks out of backups (backup=0): {string.Join(", ", excluded)}.";
        }
    }
}
