using System.CommandLine;
using System.Threading;

namespace VmaTools.Cli;

/// <summary><c>vma list</c></summary>
internal static class ListCommand
{
    public static Command Create()
    {
        Argument<string> file = Arguments.File();
        Option<long> maxWindow = Arguments.MaxWindow();
        Command command = new("list", "Lists configs, devices and the time of the backup.") { file, maxWindow };
        Arguments.TakeOneFromInput(command, file);
        command.SetAction(parsed => Terminal.Run(token => List(parsed.GetRequiredValue(file), parsed.GetValue(maxWindow), token)));
        return command;
    }

    private static int List(string file, long maxWindow, CancellationToken cancellationToken)
    {
        using VmaArchive archive = Terminal.OpenArchive(file, maxWindow, cancellationToken);
        Listing.Print(archive);
        return Listing.PrintHeaderFindings(archive);
    }
}
