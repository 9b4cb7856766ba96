using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Threading;

namespace VmaTools.Cli.Files;

/// <summary><c>vma ls</c></summary>
internal static class LsCommand
{
    /// <summary>What stands for <c>--sha256=all</c>: an option with a value that may be left out would take the next argument for it.</summary>
    public const string AllDigests = "--sha256-all";

    public static Command Create()
    {
        Argument<string> file = GuestArguments.Archive();
        Argument<string[]> paths = new("path")
        {
            Description = "A path in the guest (/home, C:\\Users), or one on a volume (debian-vg/root:/etc); none lists the volumes.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> recurse = new("-R") { Description = "List what is below, too; without a path every volume." };
        Option<bool> json = new("--json") { Description = "One object a line." };
        Option<bool> sha256 = new("--sha256") { Description = "With --json: SHA-256 of every file; of one over 6 GiB only of its data (--sha256=all: of all)." };
        Option<bool> sha256All = new(AllDigests) { Hidden = true };
        Option<bool> body = new("--bodyfile") { Description = "Lines for timelines, as mactime reads them." };
        Option<bool> all = new("--all") { Description = "List what belongs to the file system itself, such as $MFT." };
        Option<bool> deleted = new("--deleted") { Description = "List what was deleted there and below (NTFS, FAT, ext), and nothing else; without a path on every volume." };
        Option<bool> subvolumes = new("--subvolumes") { Description = "List the subvolumes of Btrfs as volumes of their own." };
        Option<bool> noReplay = GuestArguments.NoReplay();
        Option<int> codePage = GuestArguments.CodePage();
        Option<long> maxWindow = Arguments.MaxWindow();
        Command command = new("ls", "Lists the volumes of the guest, or files in them.")
        {
            file, paths, recurse, json, sha256, sha256All, body, all, deleted, subvolumes, noReplay, codePage, maxWindow,
        };
        SecretArguments secretArguments = SecretArguments.AddTo(command, file);
        command.SetAction(parsed => Terminal.Run(token =>
        {
            using VolumeSecrets? secrets = secretArguments.Read(parsed);
            Choice choice = new(parsed.GetValue(recurse), parsed.GetValue(all), parsed.GetValue(deleted));
            string[] wanted = parsed.GetValue(paths) ?? [];
            DigestChoice digests = parsed.GetValue(sha256All) ? DigestChoice.All : parsed.GetValue(sha256) ? DigestChoice.Usual : DigestChoice.None;
            FileSystemOptions options = new()
            {
                NoReplay = parsed.GetValue(noReplay),
                CodePage = parsed.GetValue(codePage),
                WithSubvolumes = parsed.GetValue(subvolumes),
                Secrets = secrets,
            };
            using VmaArchive archive = Terminal.OpenArchive(parsed.GetRequiredValue(file), parsed.GetValue(maxWindow), token);
            using Stream output = StandardStreams.OpenData();
            if (parsed.GetValue(json))
            {
                using JsonListing listing = new(output, digests);
                Run(archive, options, wanted, choice, listing, token);
                return listing.HasFailed ? ExitCodes.Failure : ExitCodes.Success;
            }

            ErrorLines errors = new(archive.ArchivePath);
            if (parsed.GetValue(body))
            {
                BodyFileListing lines = new(Terminal.Listing, errors);
                Run(archive, options, wanted, choice, lines, token);
                return lines.HasFailed ? ExitCodes.Failure : ExitCodes.Success;
            }

            TextListing text = new(Terminal.Listing, errors, withVolumes: wanted.Length != 1);
            Run(archive, options, wanted, choice, text, token);
            return text.HasFailed ? ExitCodes.Failure : ExitCodes.Success;
        }));
        return command;
    }

    private static void Run(
        VmaArchive archive, FileSystemOptions options, string[] paths, Choice choice, IFileListing listing, CancellationToken token)
    {
        try
        {
            using VmaGuest guest = GuestArguments.Open(archive, options, token);
            foreach (string warning in guest.Warnings)
            {
                Terminal.PrintError("warning: " + warning);
            }

            if (paths.Length == 0)
            {
                ListVolumes(guest, choice, listing, token);
                return;
            }

            string? told = null;
            foreach (VmaFile file in GuestArguments.ResolveAll(paths, guest.ResolveToList, (p, e) => Tell(listing, p, e)))
            {
                if (file.Volume != told)
                {
                    told = file.Volume;
                    Announce(guest.GetVolumes().First(v => v.Id == told), listing);
                }

                FileSystem files = guest.OpenFileSystem(told);
                if (choice.IsDeleted)
                {
                    ListDeleted(guest, file, listing, token);
                    continue;
                }

                if (!file.IsDirectory || choice.IsRecursive)
                {
                    listing.Entry(told, files, file.GetEntry());
                }

                if (file.IsDirectory)
                {
                    Walk(told, files, file.GetEntry(), choice, listing, token);
                }
            }
        }
        finally
        {
            listing.Flush();
        }
    }

    private static void ListVolumes(VmaGuest guest, Choice choice, IFileListing listing, CancellationToken token)
    {
        foreach (VmaVolume volume in guest.GetVolumes())
        {
            Announce(volume, listing);
            if (!volume.CanRead)
            {
                // A volume that is no file system has no files to be missed.
                if ((choice.IsRecursive || choice.IsDeleted) && volume.Refusal is not null)
                {
                    listing.Error(volume.Id, null, new VmaFileSystemException(volume.RefusalCode!, volume.Refusal));
                }

                continue;
            }

            if (choice.IsDeleted)
            {
                ListDeleted(guest, guest.GetRoot(volume.Id), listing, token);
            }
            else if (choice.IsRecursive)
            {
                FileSystem files = guest.OpenFileSystem(volume.Id);
                listing.Entry(volume.Id, files, files.Root);
                Walk(volume.Id, files, files.Root, choice, listing, token);
            }
        }
    }

    /// <summary>What serves in the place of a part that is damaged is no error: it is told, and what is read is read.</summary>
    private static void Announce(VmaVolume volume, IFileListing listing)
    {
        foreach (string warning in volume.Warnings)
        {
            Terminal.PrintError($"warning: {volume.Id}: {warning}");
        }

        listing.Volume(volume);
    }

    private static void ListDeleted(VmaGuest guest, VmaFile below, IFileListing listing, CancellationToken token)
    {
        FileSystem files = guest.OpenFileSystem(below.Volume);
        try
        {
            foreach (VmaDeletedFile file in guest.ReadDeleted(below, token))
            {
                listing.Entry(below.Volume, files, file.GetEntry(), file);
            }
        }
        catch (VmaException exception)
        {
            listing.Error(below.Volume, null, exception);
        }
    }

    private static void Walk(
        string volume, FileSystem files, FileEntry directory, Choice choice, IFileListing listing, CancellationToken token)
    {
        FileWalk walk = new(
            files,
            finding =>
            {
                if (finding.Severity == VmaSeverity.Error)
                {
                    listing.Error(volume, finding.Path, finding.ToException(volume, archivePath: null));
                }
            },
            token);
        foreach (FileEntry entry in walk.Below(directory, choice.IsRecursive ? int.MaxValue : 0, choice.WithSystem))
        {
            listing.Entry(volume, files, entry);
        }
    }

    private static void Tell(IFileListing listing, string argument, VmaException exception)
    {
        VmaFileSystemException? known = exception as VmaFileSystemException;
        listing.Error(known?.Volume, known?.FilePath ?? (known?.Volume is null ? null : GuestArguments.PathOnVolume(argument)), exception);
    }

    /// <summary>What is listed of a directory.</summary>
    /// <param name="IsRecursive">What is below, too.</param>
    /// <param name="WithSystem">What belongs to the file system itself, too.</param>
    /// <param name="IsDeleted">What was deleted, and nothing else.</param>
    private sealed record Choice(bool IsRecursive, bool WithSystem, bool IsDeleted);
}
