using System.Collections.Generic;
using System.Linq;

namespace VmaTools.PowerShell;

/// <summary>Completes device names.</summary>
public class DeviceNameCompleter : ArchiveCompleter
{
    private protected sealed override IEnumerable<(string Text, string ToolTip)> Candidates(VmaArchive archive) =>
        archive.Devices.Select(static d => (d.Name, $"{d.Name}, {BinarySize.Format(d.Size)}"));
}
