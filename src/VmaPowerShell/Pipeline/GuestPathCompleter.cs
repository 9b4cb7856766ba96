using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace VmaTools.PowerShell;

/// <summary>Completes paths in the guest of the archive that the command line names.</summary>
public sealed class GuestPathCompleter : IArgumentCompleter
{
    private const int MaxResults = 200;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"').Replace('\\', '/');
        int slash = word.LastIndexOf('/');
        string directory = slash <= 0 ? "/" : word.Substring(0, slash);
        string start = word.Substring(slash + 1);
        HashSet<string> seen = new(System.StringComparer.Ordinal);
        return ArchiveCompleter.ArchivesOf(fakeBoundParameters, commandAst)
            .SelectMany(a => Complete(a, fakeBoundParameters["Volume"] as string, directory, start))
            .Where(r => seen.Add(r.CompletionText));
    }

    private static List<CompletionResult> Complete(VmaArchive archive, string? volume, string directory, string start)
    {
        List<CompletionResult> results = [];
        try
        {
            if (archive.MustBuildIndex())
            {
                return results;
            }

            using VmaGuest guest = VmaGuest.Open(archive);
            VmaFile place = guest.GetFile(GuestPath.ParseLenient(directory.Length == 2 ? directory + "/" : directory), volume, followLast: true);
            string prefix = directory == "/" ? "/" : directory + "/";
            foreach (FileEntry entry in guest.OpenFileSystem(place.Volume).ReadDirectory(place.GetEntry()).Where(static e => !e.IsSystem))
            {
                string name = GuestPath.ToItemName(entry.Name);
                if (name.StartsWith(start, System.StringComparison.OrdinalIgnoreCase) && results.Count < MaxResults)
                {
                    string text = prefix + name;
                    bool isBare = text.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':');
                    results.Add(new CompletionResult(
                        isBare ? text : CommandText.Quoted(text),
                        name,
                        entry.Type == FileEntryType.Directory ? CompletionResultType.ProviderContainer : CompletionResultType.ProviderItem,
                        text));
                }
            }
        }
        catch (System.Exception exception) when (exception is VmaException or IOException)
        {
            // A completer has nobody to tell an error to.
        }

        return results;
    }
}
