using System;
using System.Linq;
using System.Threading;
using VmaTools.Disks.Systems;
using VmaTools.GuestFiles;

namespace VmaTools.Restores;

/// <summary>What a Linux or BSD starts from: its fstab, whose volumes have to be there, a kernel, and what the kernel runs first.</summary>
internal abstract class UnixFiles(VmaGuest guest, GuestSystem system, CancellationToken cancellationToken)
    : SystemFiles(system.Root.Volume.Id, cancellationToken)
{
    /// <summary>What the system is of.</summary>
    protected abstract string Kind { get; }

    /// <summary>What the kernel may run first, each enough.</summary>
    protected abstract string[] Inits { get; }

    /// <summary>Where kernels were looked for, in words.</summary>
    protected abstract string KernelPlaces { get; }

    public VmaInstalledSystem Judge(GradeLog log, bool isHidden)
    {
        string? kernel = FindKernel();
        if (kernel is null)
        {
            log.Fail(VmaCodes.SystemFileMissing, $"The {Kind} on {Volume} has no kernel that can be read in {KernelPlaces}.");
        }

        if (FirstOf(Inits) is null)
        {
            log.Fail(VmaCodes.SystemFileMissing, $"The {Kind} on {Volume} has no init (such as /sbin/init) that can be read.");
        }

        foreach (FstabEntry line in system.Lost)
        {
            string message = $"The {Kind} on {Volume} mounts {Printable.Short(line.Source)} at {Printable.Short(line.MountPoint)}, and no volume of the backup is that.";
            if (isHidden)
            {
                // It may be behind what is encrypted, or not read here.
                log.Doubt(VmaCodes.SystemVolumeMissing, message);
            }
            else
            {
                log.Fail(VmaCodes.SystemVolumeMissing, message);
            }
        }

        return new VmaInstalledSystem(Kind, Volume, FindName(), kernel);
    }

    /// <summary>The path of a kernel that can be read, or null.</summary>
    protected abstract string? FindKernel();

    /// <summary>What the system calls itself, or null.</summary>
    protected virtual string? FindName() => (ReadText("/etc/os-release") ?? ReadText("/usr/lib/os-release"))?.Split('\n')
        .Where(static l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))
        .Select(static l => l.Substring("PRETTY_NAME=".Length).Trim().Trim('"', '\''))
        .FirstOrDefault();

    protected override GuestPlace? Find(string path)
    {
        try
        {
            return guest.Resolve(system, path);
        }
        catch (VmaException)
        {
            return null;
        }
    }
}
