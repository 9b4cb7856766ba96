using System.CommandLine;
using System.Globalization;
using System.Threading;

namespace VmaTools.Cli;

/// <summary><c>vma index</c></summary>
internal static class IndexCommand
{
    public static Command Create()
    {
        Argument<string> file = new("file") { Description = "The compressed archive; it must be a file." };
        Option<string> output = new("-o") { Description = "The index to write, instead of one in the user's cache folder.", HelpName = "index" };
        Option<bool> beside = new("--beside") { Description = "Write the index beside the archive, where it is found again." };
        Option<long> maxWindow = Arguments.MaxWindow();
        Option<bool> verbose = Arguments.Verbose();
        Command command = new("index", "Builds the index that makes a compressed archive readable at any offset.") { file, output, beside, verbose, maxWindow };
        command.SetAction(parsed => Terminal.Run(
            token =>
            {
                string archive = parsed.GetRequiredValue(file);
                string? target = parsed.GetValue(output) ?? (parsed.GetValue(beside) ? VmaIndex.PathBeside(archive) : null);
                return Build(archive, target, parsed.GetValue(maxWindow), parsed.GetValue(verbose), token);
            }));
        return command;
    }

    private static int Build(string file, string? target, long maxWindow, bool isVerbose, CancellationToken cancellationToken)
    {
        using VmaArchive archive = Terminal.OpenArchive(file, maxWindow, cancellationToken);
        VmaIndex index = archive.BuildIndex(target, isVerbose ? new Percent(Terminal.Out) : null, cancellationToken);
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Printable.Text(index.IndexPath)}: {index.Size} bytes, {index.Checkpoints} checkpoints"));
        if (!index.IsArchiveWhole)
        {
            Terminal.PrintError("warning: the compressed stream is damaged; only what its checksums prove can be read");
        }

        return ExitCodes.Success;
    }
}
