using System;
using System.Linq;
using System.Threading;
using VmaTools.GuestFiles;

namespace VmaTools.Restores;

/// <summary>What a BSD starts from. Its root is told by the file system: UFS.</summary>
internal sealed class BsdFiles(VmaGuest guest, GuestSystem system, CancellationToken cancellationToken)
    : UnixFiles(guest, system, cancellationToken)
{
    // FreeBSD's (pfSense, OPNsense), OpenBSD's, NetBSD's.
    private static readonly string[] Kernels = ["/boot/kernel/kernel", "/boot/kernel/kernel.gz", "/bsd", "/netbsd"];

    public static bool Is(GuestSystem system) => system.Root.Files.Kind == "ufs";

    protected override string Kind => VmaInstalledSystem.Bsd;

    protected override string[] Inits => ["/sbin/init", "/rescue/init"];

    protected override string KernelPlaces => "/boot/kernel (FreeBSD), or as /bsd or /netbsd";

    protected override string? FindKernel() => FirstOf(Kernels);

    /// <summary>Older releases of FreeBSD have it in a script only.</summary>
    protected override string? FindName() => base.FindName() ?? ReadText("/bin/freebsd-version")?.Split('\n')
        .Where(static l => l.StartsWith("USERLAND_VERSION=", StringComparison.Ordinal))
        .Select(static l => "FreeBSD " + l.Substring("USERLAND_VERSION=".Length).Trim().Trim('"', '\''))
        .FirstOrDefault();
}
