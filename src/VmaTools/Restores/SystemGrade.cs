using System.Collections.Generic;
using System.Linq;
using System.Threading;
using VmaTools.GuestFiles;

namespace VmaTools.Restores;

/// <summary>Whether the systems on the disks have the files of their own that they start from, each read to its end.</summary>
internal static class SystemGrade
{
    public static string Judge(VmaGuest guest, List<VmaInstalledSystem> systems, FindingLog findings, CancellationToken cancellationToken)
    {
        GradeLog log = new(findings);
        bool isHidden = guest.GuestVolumes.Any(static v => !v.IsNoFileSystem && v.TryGetFiles(out _) is null);
        foreach (GuestSystem system in guest.Systems())
        {
            UnixFiles files = BsdFiles.Is(system) ? new BsdFiles(guest, system, cancellationToken) : new LinuxFiles(guest, system, cancellationToken);
            systems.Add(files.Judge(log, isHidden));
        }

        foreach (GuestVolume volume in guest.GuestVolumes)
        {
            if (WindowsFiles.Find(guest, volume, cancellationToken) is WindowsFiles files)
            {
                systems.Add(files.Judge(log));
            }
        }

        if (systems.Count == 0)
        {
            log.Doubt(
                VmaCodes.SystemNotFound,
                isHidden
                    ? "No Linux or BSD (a root with etc/fstab) or Windows is on the volumes that can be read; there are others."
                    : "No Linux or BSD (a root with etc/fstab) and no Windows is on the disks.");
        }

        return log.Outcome;
    }
}
