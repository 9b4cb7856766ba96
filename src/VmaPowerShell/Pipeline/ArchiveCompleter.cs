using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Threading;

namespace VmaTools.PowerShell;

/// <summary>Completes names of what is in the archive that the command line names already.</summary>
public abstract class ArchiveCompleter : IArgumentCompleter
{
    private static readonly string[] SourceParameters = ["Path", "LiteralPath", "InputObject", "ReferenceObject", "DifferenceObject", "ReferencePath", "DifferencePath"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach ((string text, string toolTip) in ArchivesOf(fakeBoundParameters, commandAst).SelectMany(Candidates))
        {
            // A device or config may have no name: nothing can be typed for it.
            if (text.Length > 0 && IsMeant(wordToComplete, text) && seen.Add(text))
            {
                yield return new CompletionResult(
                    CommandText.Argument(TakesWildcards ? WildcardPattern.Escape(text) : text), Printable.Text(text), CompletionResultType.ParameterValue, Printable.Text(toolTip));
            }
        }
    }

    /// <summary>Whether the parameter takes wildcards, so that those in names are escaped.</summary>
    private protected virtual bool TakesWildcards => true;

    /// <summary>Whether what was typed so far leads to a text: as it stands, without its quotes, or as a pattern.</summary>
    private static bool IsMeant(string? typed, string text)
    {
        string word = (typed ?? string.Empty).Trim('\'', '"');
        return text.StartsWith(word, StringComparison.OrdinalIgnoreCase)
            || (Patterns.IsOne(word) && Patterns.Get(word + "*", WildcardOptions.IgnoreCase).IsMatch(text))
            || CommandText.Quoted(text).StartsWith(typed ?? string.Empty, StringComparison.OrdinalIgnoreCase);
    }

    private protected abstract IEnumerable<(string Text, string ToolTip)> Candidates(VmaArchive archive);

    /// <summary>The archives that the parameters bound so far name, or what is in front of the pipe.</summary>
    internal static IEnumerable<VmaArchive> ArchivesOf(IDictionary boundParameters, CommandAst command)
    {
        bool hasAny = false;
        foreach (VmaArchive archive in ArchivesOf(boundParameters))
        {
            hasAny = true;
            yield return archive;
        }

        foreach (object? value in hasAny ? [] : PipedSources.Before(command))
        {
            if (Archive(value) is { } archive)
            {
                yield return archive;
            }
        }
    }

    private static IEnumerable<VmaArchive> ArchivesOf(IDictionary boundParameters)
    {
        foreach (string parameter in SourceParameters)
        {
            if (!boundParameters.Contains(parameter))
            {
                continue;
            }

            foreach (object? item in LanguagePrimitives.GetEnumerable(boundParameters[parameter]) ?? new[] { boundParameters[parameter] })
            {
                if (Archive(item) is { } archive)
                {
                    yield return archive;
                }
            }
        }
    }

    private static VmaArchive? Archive(object? item)
    {
        string? path = (item is PSObject wrapped ? wrapped.BaseObject : item) switch
        {
            string text => text,
            FileSystemInfo file => file.FullName,
            VmaArchive archive => archive.ArchivePath,
            VmaDevice device => device.ArchivePath,
            VmaBackup backup => backup.ArchivePath,
            VmaPartition partition => partition.ArchivePath,
            VmaVM vm => vm.ArchivePath,
            VmaVolume volume => volume.ArchivePath,
            _ => null,
        };
        return path is null ? null : TryOpen(path);
    }

    /// <summary>A completer has nobody to tell an error to.</summary>
    private static VmaArchive? TryOpen(string path)
    {
        try
        {
            if (VmaAddresses.IsAddress(path))
            {
                // Nobody waits long for what might be typed next.
                using CancellationTokenSource patience = new(TimeSpan.FromSeconds(3));
                return VmaArchive.Open(RemoteArchives.Here.Add(path), new VmaOpenOptions { Addresses = RemoteArchives.Here, CancellationToken = patience.Token });
            }

            using System.Management.Automation.PowerShell resolver = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
            string resolved = resolver.AddCommand("Microsoft.PowerShell.Management\\Convert-Path")
                .AddParameter(File.Exists(path) ? "LiteralPath" : "Path", path)
                .AddParameter("ErrorAction", "Ignore")
                .Invoke<string>()
                .FirstOrDefault() ?? path;
            return VmaArchive.Open(resolved);
        }
        catch (Exception exception) when (exception is RuntimeException or InvalidOperationException or OperationCanceledException || ErrorRecords.IsExpected(exception))
        {
            return null;
        }
    }
}
