using System;
using System.CommandLine;
using System.Globalization;
using System.Threading;
using VmaTools.Cli.Files;

namespace VmaTools.Cli;

/// <summary><c>vma index</c></summary>
internal static class IndexCommand
{
    public static Command Create()
    {
        Argument<string> file = new("file") { Description = "The compressed archive; it must be a file." };
        Option<string> output = new("-o") { Description = "The index to write, instead of one in the user's cache folder.", HelpName = "index" };
        Option<bool> beside = new("--beside") { Description = "Write the index beside the archive, where it is found again." };
        Option<bool> files = new("--files") { Description = "Make the catalog of the guest's files, too, for 'vma find': in the cache folder, or beside the archive." };
        Option<long> maxWindow = Arguments.MaxWindow();
        Option<bool> verbose = Arguments.Verbose();
        Command command = new("index", "Builds the index that makes a compressed archive readable at any offset.") { file, output, beside, files, verbose, maxWindow };
        SecretArguments secrets = SecretArguments.AddTo(command, file);
        Arguments.Validate(command, result =>
        {
            if (!result.GetValue(files) && secrets.IsGiven(result))
            {
                result.AddError("An index opens no volume: secrets are for --files.");
            }

            if (result.GetValue(beside) && result.GetValue(output) is not null)
            {
                result.AddError("An index goes to one place: --beside and -o do not go together.");
            }
        });
        command.SetAction(parsed => Terminal.Run(
            token =>
            {
                string archive = parsed.GetRequiredValue(file);
                string? target = parsed.GetValue(output) ?? (parsed.GetValue(beside) ? VmaIndex.PathBeside(archive) : null);
                string? catalog = parsed.GetValue(files) && parsed.GetValue(beside) ? VmaFileCatalog.PathBeside(archive) : null;
                using VmaArchive opened = Terminal.OpenArchive(archive, parsed.GetValue(maxWindow), token);
                if (Terminal.IndexPath is not null)
                {
                    // One that is named and not there is told before anything is built.
                    opened.FindIndex();
                }

                if (target is not null)
                {
                    VmaIndex.MustNotReplaceOther(target);
                }

                if (catalog is not null)
                {
                    VmaFileCatalog.MustNotReplaceOther(catalog);
                }

                if (!parsed.GetValue(files) || opened.Compression != VmaCompression.None)
                {
                    Build(opened, target, parsed.GetValue(verbose), token);
                }

                return parsed.GetValue(files)
                    ? MakeCatalog(opened, catalog, secrets, parsed, token)
                    : ExitCodes.Success;
            }));
        return command;
    }

    private static int MakeCatalog(VmaArchive archive, string? target, SecretArguments secrets, ParseResult parsed, CancellationToken cancellationToken)
    {
        using VolumeSecrets? given = secrets.Read(parsed);
        return CatalogReport.Make(archive, target, new FileSystemOptions { Secrets = given }, cancellationToken);
    }

    private static void Build(VmaArchive archive, string? target, bool isVerbose, CancellationToken cancellationToken)
    {
        VmaIndex index = archive.BuildIndex(target, isVerbose ? new Percent(Terminal.Out) : null, cancellationToken);
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Printable.Text(index.IndexPath)}: {index.Size} bytes, {index.Checkpoints} checkpoints"));
        if (!index.IsArchiveWhole)
        {
            Terminal.PrintError("warning: the compressed stream is damaged; only what its checksums prove can be read");
        }
    }
}
