using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace VmaTools.PowerShell;

/// <summary>Completes the numbers of the VMs whose backups are in the folders that the command line names, or in the current one.</summary>
public sealed class BackupIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        object? named = fakeBoundParameters?["Path"] ?? fakeBoundParameters?["LiteralPath"];
        IEnumerable<object?> given = named is not null
            ? LanguagePrimitives.GetEnumerable(named)?.Cast<object?>() ?? [named]
            : PipedSources.Before(commandAst).DefaultIfEmpty(".");
        return given
            .Select(static g => (g is PSObject wrapped ? wrapped.BaseObject : g) switch { FileSystemInfo item => item.FullName, object other => other.ToString(), _ => null })
            .SelectMany(Folders)
            .SelectMany(static f => BackupScanner.Scan(f))
            .Where(static b => b.VMId is not null)
            .GroupBy(static b => b.VMId!.Value)
            .OrderBy(static g => g.Key)
            .Select(static g => (Id: g.Key.ToString(CultureInfo.InvariantCulture), Name: g.Select(static b => b.VMName).FirstOrDefault(static n => n is not null)))
            .Where(g => g.Id.StartsWith(wordToComplete ?? string.Empty, StringComparison.Ordinal))
            .Select(static g => new CompletionResult(g.Id, g.Id, CompletionResultType.ParameterValue, Printable.Short($"{g.Id} {g.Name}".TrimEnd())));
    }

    private static IEnumerable<string> Folders(string? path)
    {
        if (path is null)
        {
            return [];
        }

        using System.Management.Automation.PowerShell resolver = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        return [.. resolver.AddCommand("Microsoft.PowerShell.Management\\Convert-Path")
            .AddParameter(Directory.Exists(path) ? "LiteralPath" : "Path", path)
            .AddParameter("ErrorAction", "Ignore")
            .Invoke<string>()
            .Where(Directory.Exists)];
    }
}
