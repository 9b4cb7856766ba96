using System.CommandLine;
using System.Threading;

namespace VmaTools.Cli;

/// <summary><c>vma list</c></summary>
internal static class ListCommand
{
    public static Command Create()
    {
        Argument<string> file = Arguments.File();
        Command command = new("list", "Lists configs, devices and the time of the backup.") { file };
        command.SetAction(parsed => Terminal.Run(token => List(parsed.GetRequiredValue(file), token)));
        return command;
    }

    private static int List(string file, CancellationToken cancellationToken)
    {
        using VmaArchive archive = Terminal.OpenArchive(file, cancellationToken);
        Listing.Print(archive);
        return Listing.PrintHeaderFindings(archive);
    }
}
