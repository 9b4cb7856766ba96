using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace VmaTools.PowerShell;

/// <summary>Completes what tells the VMs apart whose backups are in the folders that the command line names, or in the current one.</summary>
public abstract class BackupCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        object? named = fakeBoundParameters?["Path"] ?? fakeBoundParameters?["LiteralPath"];
        IEnumerable<object?> given = named is not null
            ? LanguagePrimitives.GetEnumerable(named)?.Cast<object?>() ?? [named]
            : PipedSources.Before(commandAst).DefaultIfEmpty(".");
        IEnumerable<VmaBackup> backups = given
            .Select(static g => (g is PSObject wrapped ? wrapped.BaseObject : g) switch { FileSystemInfo item => item.FullName, object other => other.ToString(), _ => null })
            .SelectMany(Folders)
            .SelectMany(f => BackupScanner.Scan(f, Options));
        return Complete(backups, wordToComplete ?? string.Empty);
    }

    /// <summary>What is read of the backups. Archives are not opened while somebody types.</summary>
    private protected virtual BackupScanOptions Options => new();

    private protected abstract IEnumerable<CompletionResult> Complete(IEnumerable<VmaBackup> backups, string word);

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
