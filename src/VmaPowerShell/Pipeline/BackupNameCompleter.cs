using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Completes the names of VMs that have backups, as logs and notes tell them.</summary>
public sealed class BackupNameCompleter : BackupCompleter
{
    private protected override BackupScanOptions Options => new() { ReadLogs = true, ReadNotes = true };

    private protected override IEnumerable<CompletionResult> Complete(IEnumerable<VmaBackup> backups, string word)
    {
        string start = word.Trim('\'', '"');
        return backups
            .Select(static b => b.VMName)
            .OfType<string>()
            .Where(n => n.Length > 0 && n.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            .Distinct(StringComparer.Ordinal)
            .OrderBy(static n => n, StringComparer.Ordinal)
            .Select(static n => new CompletionResult(
                CommandText.Argument(WildcardPattern.Escape(n)), Printable.Text(n), CompletionResultType.ParameterValue, Printable.Text(n)));
    }
}
