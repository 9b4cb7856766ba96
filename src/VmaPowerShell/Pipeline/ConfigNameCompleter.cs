using System.Collections.Generic;
using System.Linq;

namespace VmaTools.PowerShell;

/// <summary>Completes config names.</summary>
public sealed class ConfigNameCompleter : ArchiveCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Candidates(VmaArchive archive) =>
        archive.Configs.Select(static c => (c.Name, $"{c.Name}, {BinarySize.Format(c.Size)}"));
}
