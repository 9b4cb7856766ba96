using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;

namespace VmaTools.Cli.Files;

/// <summary><c>vma find</c></summary>
internal static class FindCommand
{
    private const string TimeForm = "a time, such as 2026-11-20, 2026-11-20T02:00 or 2026-11-20T02:00:03Z";
    private const string SizeForm = "a number of bytes, such as 1048576";

    private delegate bool TryParse<T>(string text, out T value);

    /// <param name="indexPath">The option of all commands that this one has no use for.</param>
    public static Command Create(Option<string?> indexPath)
    {
        Argument<string[]> places = new("place") { Description = "Folders of backups, or archives.", Arity = ArgumentArity.OneOrMore };
        Option<string[]> names = new("--name") { Description = "Names that match (*, ?, [a-c]), upper and lower case the same; may be given several times.", HelpName = "pattern" };
        Option<DateTime?> after = Make<DateTime>("--after", "time", "Changed after this time; local, unless it says otherwise.", IsTime, TimeForm);
        Option<DateTime?> before = Make<DateTime>("--before", "time", "Changed before this time.", IsTime, TimeForm);
        Option<long?> larger = Make<long>("--larger-than", "bytes", "Files with more bytes.", IsSize, SizeForm);
        Option<long?> smaller = Make<long>("--smaller-than", "bytes", "Files with fewer bytes.", IsSize, SizeForm);
        Option<int?> vm = Make<int>("--vmid", "number", "Backups of this VM only, by their names.", IsVMId, "the number of a VM, 1 or more");
        Option<string[]> volumes = new("--volume") { Description = "Volumes to look on: id, short form, letter, mount point, label or uuid; patterns, too.", HelpName = "volume" };
        Option<bool> recurse = new("-R") { Description = "Look into subfolders, too." };
        Command command = new("find", "Finds files of guests in many backups by the catalogs that 'vma index --files' makes.")
        {
            places, names, after, before, larger, smaller, vm, volumes, recurse,
        };
        Arguments.Validate(command, result =>
        {
            if (result.GetValue(indexPath) is not null)
            {
                result.AddError("--index-path does not go with find, which reads catalogs and no archive.");
            }

            foreach (Option<string[]> patterns in new[] { names, volumes }.Where(o => result.GetValue(o) is { } given && given.Contains(string.Empty)))
            {
                result.AddError($"{patterns.Name}: a pattern is empty.");
            }
        });
        command.SetAction(parsed => Terminal.Run(token => Find(
            parsed.GetRequiredValue(places).SelectMany(p => ArchivesAt(p, parsed.GetValue(recurse), token)).Where(a => parsed.GetValue(vm) is not int id || BackupFileName.Parse(Path.GetFileName(a)).VMId == id),
            new VmaFileQuery
            {
                Names = PatternsOf(parsed.GetValue(names)),
                After = parsed.GetValue(after),
                Before = parsed.GetValue(before),
                LargerThan = parsed.GetValue(larger),
                SmallerThan = parsed.GetValue(smaller),
                Volumes = PatternsOf(parsed.GetValue(volumes)),
            },
            token)));
        return command;
    }

    private static Option<T?> Make<T>(string name, string helpName, string description, TryParse<T> parse, string form)
        where T : struct => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (parse(text, out T value))
            {
                return value;
            }

            result.AddError($"{name}: '{text}' is not {form}.");
            return null;
        },
    };

    private static bool IsTime(string text, out DateTime value) => DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out value);

    private static bool IsSize(string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool IsVMId(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0;

    private static int Find(IEnumerable<string> archives, VmaFileQuery query, CancellationToken cancellationToken)
    {
        int code = ExitCodes.Success;
        List<VmaFileCatalog> searched = [];
        void Tell(VmaFileCatalog catalog)
        {
            searched.AddRange(query.Volumes?.Any(v => catalog.HasVolume(v) is not null) == true ? [catalog] : []);
            if (catalog.State != VmaIndexState.Current)
            {
                code = ExitCodes.Failure;
                Terminal.PrintError($"not searched{(catalog.State == VmaIndexState.Damaged ? " to the end" : string.Empty)}: {catalog.ArchivePath}: {catalog.Reason} 'vma index --files' makes one.");
            }

            foreach (string volume in catalog.UnreadVolumes)
            {
                Terminal.PrintError($"warning: {catalog.ArchivePath}: the catalog has no files of {volume}");
            }
        }

        foreach (VmaFoundFile file in VmaFileCatalog.Search(archives, query, Tell, cancellationToken))
        {
            string time = file.LastWriteTimeUtc?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? string.Empty;
            Terminal.Listing.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{file.Length,13} {time,19} {Printable.Text(file.ArchivePath)} {Printable.Text(file.Volume)}:{Printable.Text(file.FullName)}"));
        }

        foreach (NamePattern volume in (query.Volumes ?? []).Where(v => searched.Count > 0 && !searched.Exists(c => c.HasVolume(v) == true)))
        {
            Terminal.PrintError(string.Create(CultureInfo.InvariantCulture, $"warning: none of the {searched.Count} catalog(s) that were searched has a volume '{volume}'"));
        }

        return code;
    }

    private static IEnumerable<string> ArchivesAt(string place, bool recurse, CancellationToken cancellationToken)
    {
        if (Directory.Exists(place))
        {
            return BackupScanner.Scan(place, new BackupScanOptions { Recurse = recurse }, static (path, failure) => Terminal.PrintError($"{path}: {failure.Message}"), cancellationToken)
                .Where(static b => b.Kind == VmaBackupKind.Backup)
                .Select(static b => b.ArchivePath!);
        }

        return File.Exists(place) ? [place] : throw new VmaException(VmaCodes.ItemNotFound, "There is no such file or folder.", place);
    }

    private static NamePattern[]? PatternsOf(string[]? texts) => texts is { Length: > 0 } ? Array.ConvertAll(texts, NamePattern.Parse) : null;
}
