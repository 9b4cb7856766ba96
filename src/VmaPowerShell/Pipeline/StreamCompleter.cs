using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace VmaTools.PowerShell;

/// <summary>Completes the named streams of the files in the guest that the command line names.</summary>
public sealed class StreamCompleter : IArgumentCompleter
{
    // Behind a pipe a lone argument is a path in the guest.
    private static readonly string[] PathParameters = ["FilePath", "LiteralFilePath", "Path"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        string[] paths = [.. PathParameters
            .Select(p => fakeBoundParameters[p])
            .SelectMany(static v => LanguagePrimitives.ConvertTo<string[]>(v) ?? [])];
        return ArchiveCompleter.ArchivesOf(fakeBoundParameters, commandAst)
            .SelectMany(a => StreamsOf(a, fakeBoundParameters["Volume"] as string, paths))
            .Distinct()
            .Where(n => n.StartsWith(word, System.StringComparison.OrdinalIgnoreCase))
            .Select(static n => new CompletionResult(CommandText.Argument(n), Printable.Text(n), CompletionResultType.ParameterValue, Printable.Text(n)));
    }

    private static List<string> StreamsOf(VmaArchive archive, string? volume, string[] paths)
    {
        List<string> names = [];
        try
        {
            if (archive.MustBuildIndex())
            {
                return names;
            }

            using VmaGuest guest = VmaGuest.Open(archive);
            foreach (string path in paths)
            {
                AddStreams(names, guest, volume, path);
            }
        }
        catch (System.Exception exception) when (exception is VmaException or IOException)
        {
            // A completer has nobody to tell an error to.
        }

        return names;
    }

    /// <summary>Adds those of one file. Of several that are named, another may be there.</summary>
    private static void AddStreams(List<string> names, VmaGuest guest, string? volume, string path)
    {
        try
        {
            names.AddRange(guest.GetStreams(guest.GetFile(GuestPath.ParseLenient(path), volume, followLast: true)).Select(static s => s.Stream));
        }
        catch (VmaException)
        {
            // It is a path of the host, or of nothing.
        }
    }
}
