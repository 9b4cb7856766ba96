using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace VmaTools.PowerShell;

/// <summary>Completes device numbers.</summary>
public sealed class DeviceIdCompleter : ArchiveCompleter
{
    private protected override bool TakesWildcards => false;

    private protected override IEnumerable<(string Text, string ToolTip)> Candidates(VmaArchive archive) =>
        archive.Devices.Select(static d => (d.DeviceId.ToString(CultureInfo.InvariantCulture), $"{d.Name}, {BinarySize.Format(d.Size)}"));
}
