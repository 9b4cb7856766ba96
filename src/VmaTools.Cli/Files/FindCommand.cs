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
    public static Command Create()
    {
        Argument<string[]> places = new("place") { Description = "Folders of backups, or archives.", Arity = ArgumentArity.OneOrMore };
        Option<string[]> names = new("--name") { Description = "Names that match (*, ?, [a-c]), upper and lower case the same; may be given several times.", HelpName = "pattern" };
        Option<DateTime?> after = new("--after") { Description = "Changed after this time; local, unless it says otherwise.", HelpName = "time" };
        Option<DateTime?> before = new("--before") { Description = "Changed before this time.", HelpName = "time" };
        Option<long?> larger = new("--larger-than") { Description = "Files with more bytes.", HelpName = "bytes" };
        Option<long?> smaller = new("--smaller-than") { Description = "Files with fewer bytes.", HelpName = "bytes" };
        Option<int?> vm = new("--vmid") { Description = "Backups of this VM only, by their names.", HelpName = "number" };
        Option<string[]> volumes = new("--volume") { Description = "Volumes to look on: id, short form, letter, mount point, label or uuid; patterns, too.", HelpName = "volume" };
        Option<bool> recurse = new("-R") { Description = "Look into subfolders, too." };
        Command command = new("find", "Finds files of guests in many backups by the catalogs that 'vma index --files' makes.")
        {
            places, names, after, before, larger, smaller, vm, volumes, recurse,
        };
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

    private static int Find(IEnumerable<string> archives, VmaFileQuery query, CancellationToken cancellationToken)
    {
        int code = ExitCodes.Success;
        void Tell(VmaFileCatalog catalog)
        {
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
            Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{file.Length,13} {time,19} {Printable.Text(file.ArchivePath)} {Printable.Text(file.Volume)}:{Printable.Text(file.FullName)}"));
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

        return File.Exists(place) ? [place] : throw new FileNotFoundException("There is no such file or folder.", place);
    }

    private static NamePattern[]? PatternsOf(string[]? texts) => texts is { Length: > 0 } ? Array.ConvertAll(texts, NamePattern.Parse) : null;
}
