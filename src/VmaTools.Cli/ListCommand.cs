using System.CommandLine;

namespace VmaTools.Cli;

/// <summary><c>vma list</c></summary>
internal static class ListCommand
{
    public static Command Create()
    {
        Argument<string> file = Arguments.File();
        Command command = new("list", "Lists configs, devices and the time of the backup.") { file };
        command.SetAction((parsed, cancellationToken) => Terminal.Run(_ => List(parsed.GetRequiredValue(file)), cancellationToken));
        return command;
    }

    private static int List(string file)
    {
        using VmaArchive archive = Terminal.OpenArchive(file);
        Listing.Print(archive);
        return Listing.PrintHeaderFindings(archive);
    }
}
