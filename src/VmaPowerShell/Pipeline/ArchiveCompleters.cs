using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace VmaTools.PowerShell;

/// <summary>Completes names of what is in the archive that the command line names already.</summary>
public abstract class ArchiveCompleter : IArgumentCompleter
{
    private static readonly string[] SourceParameters = ["Path", "LiteralPath", "InputObject"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        WildcardPattern pattern = WildcardPattern.Get(word + "*", WildcardOptions.IgnoreCase);
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string text, string toolTip) in ArchivesOf(fakeBoundParameters).SelectMany(Candidates))
        {
            if (pattern.IsMatch(text) && seen.Add(text))
            {
                bool isBare = text.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.');
                string completion = isBare ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
                yield return new CompletionResult(completion, text, CompletionResultType.ParameterValue, toolTip);
            }
        }
    }

    private protected abstract IEnumerable<(string Text, string ToolTip)> Candidates(VmaArchive archive);

    /// <summary>The archives that the parameters bound so far name.</summary>
    internal static IEnumerable<VmaArchive> ArchivesOf(IDictionary boundParameters)
    {
        foreach (string parameter in SourceParameters)
        {
            if (!boundParameters.Contains(parameter))
            {
                continue;
            }

            foreach (object? item in LanguagePrimitives.GetEnumerable(boundParameters[parameter]) ?? new[] { boundParameters[parameter] })
            {
                object? value = item is PSObject wrapped ? wrapped.BaseObject : item;
                string? path = value switch
                {
                    string text => text,
                    FileSystemInfo file => file.FullName,
                    VmaArchive archive => archive.ArchivePath,
                    VmaDevice device => device.ArchivePath,
                    _ => null,
                };
                if (path is not null && TryOpen(path) is { } opened)
                {
                    yield return opened;
                }
            }
        }
    }

    /// <summary>A completer has nobody to tell an error to.</summary>
    private static VmaArchive? TryOpen(string path)
    {
        try
        {
            using System.Management.Automation.PowerShell resolver = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
            string resolved = resolver.AddCommand("Microsoft.PowerShell.Management\\Convert-Path")
                .AddParameter(File.Exists(path) ? "LiteralPath" : "Path", path)
                .AddParameter("ErrorAction", "Ignore")
                .Invoke<string>()
                .FirstOrDefault() ?? path;
            return VmaArchive.Open(resolved);
        }
        catch (Exception exception) when (exception is RuntimeException or InvalidOperationException || ErrorRecords.IsExpected(exception))
        {
            return null;
        }
    }
}

/// <summary>Completes device names.</summary>
public sealed class DeviceNameCompleter : ArchiveCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Candidates(VmaArchive archive) =>
        archive.Devices.Select(static d => (d.Name, $"{d.Name}, {BinarySize.Format(d.Size)}"));
}

/// <summary>Completes device numbers.</summary>
public sealed class DeviceIdCompleter : ArchiveCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Candidates(VmaArchive archive) =>
        archive.Devices.Select(static d => (d.Id.ToString(CultureInfo.InvariantCulture), $"{d.Name}, {BinarySize.Format(d.Size)}"));
}

/// <summary>Completes config names.</summary>
public sealed class ConfigNameCompleter : ArchiveCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Candidates(VmaArchive archive) =>
        archive.Configs.Select(static c => (c.Name, $"{c.Name}, {BinarySize.Format(c.Size)}"));
}
