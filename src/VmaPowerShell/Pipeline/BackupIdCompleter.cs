using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Completes the numbers of VMs that have backups.</summary>
public sealed class BackupIdCompleter : BackupCompleter
{
    private protected override IEnumerable<CompletionResult> Complete(IEnumerable<VmaBackup> backups, string word) =>
        backups
            .Where(static b => b.VMId is not null)
            .GroupBy(static b => b.VMId!.Value)
            .OrderBy(static g => g.Key)
            .Select(static g => (Id: g.Key.ToString(CultureInfo.InvariantCulture), Name: g.Select(static b => b.VMName).FirstOrDefault(static n => n is not null)))
            .Where(g => g.Id.StartsWith(word, StringComparison.Ordinal))
            .Select(static g => new CompletionResult(g.Id, g.Id, CompletionResultType.ParameterValue, Printable.Short($"{g.Id} {g.Name}".TrimEnd())));
}
