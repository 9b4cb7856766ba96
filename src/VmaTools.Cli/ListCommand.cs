using System.CommandLine;

namespace VmaTools.Cli;

/// <summary><c>vma list</c></summary>
internal static class ListCommand
{
    public static Command Create()
    {
        Argument<string> file = Arguments.File();
        Option<long> maxWindow = Arguments.MaxWindow();
        Command command = new("list", "Lists configs, devices and the time of the backup.") { file, maxWindow };
        command.SetAction((parsed, cancellationToken) => Terminal.Run(_ => List(parsed.GetRequiredValue(file), parsed.GetValue(maxWindow)), cancellationToken));
        return command;
    }

    private static int List(string file, long maxWindow)
    {
        using VmaArchive archive = Terminal.OpenArchive(file, maxWindow);
        Listing.Print(archive);
        return Listing.PrintHeaderFindings(archive);
    }
}
