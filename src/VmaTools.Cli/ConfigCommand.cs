using System;
using System.CommandLine;
using System.IO;

namespace VmaTools.Cli;

/// <summary><c>vma config</c></summary>
internal static class ConfigCommand
{
    private const string DefaultName = "qemu-server.conf";

    public static Command Create()
    {
        Argument<string> file = Arguments.File();
        Option<string> name = new("-c")
        {
            Description = $"Name of the config.",
            HelpName = "config",
            DefaultValueFactory = _ => DefaultName,
        };
        Command command = new("config", "Writes a config to standard output, byte for byte.") { file, name };
        command.SetAction((parsed, cancellationToken) =>
            Terminal.Run(_ => Write(parsed.GetRequiredValue(file), parsed.GetRequiredValue(name)), cancellationToken));
        return command;
    }

    private static int Write(string file, string name)
    {
        using VmaArchive archive = Terminal.OpenArchive(file);
        if (archive.FindConfig(name) is not { } config)
        {
            Terminal.Error.WriteLine($"unable to find configuration data '{name}'");
            return ExitCodes.Failure;
        }

        using Stream output = Console.OpenStandardOutput();
        output.Write(config.GetBytes());
        output.Flush();
        return ExitCodes.Success;
    }
}
