using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.GuestFiles;

namespace VmaTools.Cli.Files;

/// <summary><c>vma cp</c></summary>
internal static class CpCommand
{
    public static Command Create()
    {
        Argument<string> file = GuestArguments.Archive();
        Argument<string[]> paths = new("path")
        {
            Description = "Files or directories in the guest, and last where they go: a folder, a file that ends in .tar, or '-' for tar on standard output.",
            Arity = new ArgumentArity(2, ArgumentArity.OneOrMore.MaximumNumberOfValues),
        };
        Option<bool> recurse = new("-r") { Description = "Copy directories with all that is in them." };
        Option<bool> deleted = new("--deleted") { Description = "Copy what was deleted in the directories and below (NTFS, FAT, ext), as far as it may still be there." };
        Option<bool> force = new("--force") { Description = "Replace files of the same name." };
        Option<bool> salvage = new("--salvage") { Description = "Keep what is left of a damaged file, under its name with .partial behind it." };
        Option<bool> mode = new("--preserve-mode") { Description = "Give files the unix permissions they have in the guest." };
        Option<bool> noReplay = GuestArguments.NoReplay();
        Option<long> maxWindow = Arguments.MaxWindow();
        Option<bool> verbose = Arguments.Verbose();
        Command command = new("cp", "Copies files out of the guest.") { file, paths, recurse, deleted, force, salvage, mode, noReplay, maxWindow, verbose };
        SecretArguments secretArguments = SecretArguments.AddTo(command, file);
        command.SetAction(parsed => Terminal.Run(token =>
        {
            using VolumeSecrets? secrets = secretArguments.Read(parsed);
            using VmaArchive archive = Terminal.OpenArchive(parsed.GetRequiredValue(file), parsed.GetValue(maxWindow), token);
            using VmaGuest guest = GuestArguments.Open(archive, new FileSystemOptions { NoReplay = parsed.GetValue(noReplay), Secrets = secrets }, token);
            string[] names = parsed.GetRequiredValue(paths);
            VmaFileExportOptions options = new()
            {
                ForTar = IsTar(names[^1]),
                Replace = parsed.GetValue(force),
                Salvage = parsed.GetValue(salvage),
                PreserveMode = parsed.GetValue(mode),
            };
            return Copy(guest, names[..^1], names[^1], options, parsed.GetValue(recurse), parsed.GetValue(deleted), parsed.GetValue(verbose), token);
        }));
        return command;
    }

    private static bool IsTar(string target) => target == "-" || target.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    private static int Copy(
        VmaGuest guest, string[] paths, string target, VmaFileExportOptions options, bool recurse, bool isDeleted, bool isVerbose, CancellationToken token)
    {
        bool hasFailed = false;
        void Tell(string message)
        {
            hasFailed = true;
            Terminal.PrintError(message);
        }

        VmaFileExport export = new(guest, options);
        foreach (string path in paths)
        {
            try
            {
                VmaFile file = guest.Resolve(path);
                if (isDeleted)
                {
                    AddDeleted(guest, guest.ResolveToList(path), export, Tell, token);
                    continue;
                }

                VmaFile content = file.LinkTarget is null ? file : guest.Resolve(path, followLast: true);
                if (content.IsDirectory && !recurse)
                {
                    Tell($"{file.FullName} is a directory; -r copies it");
                }
                else
                {
                    export.Add(file, recurse: recurse, follow: true, cancellationToken: token);
                }
            }
            catch (VmaException exception)
            {
                Tell($"{exception.Code}: {exception.Message}");
            }
        }

        if (export.Count == 0)
        {
            return hasFailed ? ExitCodes.Failure : ExitCodes.Success;
        }

        void OnResult(VmaFileCopy copy)
        {
            switch (copy.Status)
            {
                case VmaFileCopy.Written:
                    if (isVerbose && target != "-")
                    {
                        Terminal.Out.WriteLine(Printable.Text(copy.FullName));
                    }

                    break;
                case VmaFileCopy.Skipped:
                    Terminal.PrintError($"left out: {copy.Volume}:{copy.FullName}: {copy.Message}");
                    break;
                default:
                    Tell($"{copy.Code}: {copy.Error!.Message}");
                    break;
            }
        }

        if (target == "-")
        {
            using Stream output = StandardStreams.OpenData();
            export.ToTar(output, OnResult, cancellationToken: token);
            output.Flush();
        }
        else if (IsTar(target))
        {
            export.ToTarFile(target, OnResult, cancellationToken: token);
        }
        else
        {
            export.ToFolder(target, OnResult, cancellationToken: token);
        }

        return hasFailed ? ExitCodes.Failure : ExitCodes.Success;
    }

    /// <summary>Adds the deleted files below a directory; what is all overwritten is told and left out.</summary>
    private static void AddDeleted(VmaGuest guest, VmaFile below, VmaFileExport export, Action<string> tell, CancellationToken token)
    {
        foreach (VmaDeletedFile file in guest.ReadDeleted(below, token).Where(static f => !f.IsDirectory))
        {
            switch (file.Recovery)
            {
                case VmaDeletedFile.Overwritten or VmaDeletedFile.Unknown:
                    tell($"{file.Volume}:{file.FullName}: {file.Reason ?? "other files have the place of its content"}");
                    break;
                case VmaDeletedFile.Partial:
                    Terminal.PrintError($"warning: {file.Volume}:{file.FullName}: other files have a part of its place");
                    export.AddListed(file, cancellationToken: token);
                    break;
                default:
                    export.AddListed(file, cancellationToken: token);
                    break;
            }
        }
    }
}
