using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using VmaTools.GuestFiles;

namespace VmaTools.Restores;

/// <summary>What a Linux starts from: its fstab, whose volumes have to be there, a kernel, and what the kernel runs first.</summary>
internal sealed class LinuxFiles(VmaGuest guest, GuestSystem system, CancellationToken cancellationToken)
    : UnixFiles(guest, system, cancellationToken)
{
    // Where distributions put kernels and unified kernel images, and how deep below.
    private static readonly (string Folder, int Depth)[] KernelFolders =
        [("/boot", 3), ("/boot/efi", 3), ("/efi", 3), ("/usr/lib/modules", 1), ("/lib/modules", 1), ("/", 0)];

    private static readonly string[] KernelNames = ["vmlinuz", "vmlinux", "kernel", "bzImage", "Image", "linux"];

    protected override string Kind => VmaInstalledSystem.Linux;

    protected override string[] Inits => ["/sbin/init", "/usr/sbin/init", "/lib/systemd/systemd", "/usr/lib/systemd/systemd", "/init", "/bin/init", "/etc/init"];

    protected override string KernelPlaces => "/boot or where else kernels are";

    protected override string? FindKernel()
    {
        foreach ((string folder, int depth) in KernelFolders)
        {
            if (Find(folder) is not { Entry.Type: FileEntryType.Directory } place)
            {
                continue;
            }

            IEnumerable<FileEntry> entries = new FileWalk(place.Files, cancellationToken: CancellationToken).Below(place.Entry, depth, withSystem: false);
            try
            {
                // By where it is found, for a link may lead anywhere in the guest.
                foreach (FileEntry entry in entries.Where(static e => e.Type is FileEntryType.File or FileEntryType.SymbolicLink && IsKernel(e)))
                {
                    string path = folder.TrimEnd('/') + "/" + PathBelow(entry, place.Entry);
                    if (FindFile(path) is not null)
                    {
                        return path;
                    }
                }
            }
            catch (VmaException)
            {
                // What is damaged was told with the volumes; a kernel may be elsewhere.
            }
        }

        return null;
    }

    private static bool IsKernel(FileEntry entry)
    {
        string name = entry.Name.ToString();
        return KernelNames.Any(k => name.StartsWith(k, StringComparison.Ordinal) && (name.Length == k.Length || name[k.Length] is '-' or '.' or '_'))
            || (name.EndsWith(".efi", StringComparison.OrdinalIgnoreCase) && entry.Parent?.Name.ToString() is "Linux" or "nixos");
    }

    private static string PathBelow(FileEntry entry, FileEntry folder)
    {
        List<string> names = [];
        for (FileEntry? at = entry; at is not null && at != folder; at = at.Parent)
        {
            names.Insert(0, at.Name.ToPathComponent());
        }

        return string.Join("/", names);
    }
}
