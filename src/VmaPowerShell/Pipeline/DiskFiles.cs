using System.Collections.Generic;
using System.Linq;

namespace VmaTools.PowerShell;

/// <summary>What a file that is given as a disk stands for.</summary>
internal static class DiskFiles
{
    /// <summary>The images that it names, where it is an OVF or a VMX by its name; else itself.</summary>
    /// <param name="file">Full path.</param>
    public static IEnumerable<string> Of(string file) =>
        MachineDescription.IsNamedLikeOne(file) ? MachineDescription.Open(file).Disks.Select(static d => d.DiskPath) : [file];
}
