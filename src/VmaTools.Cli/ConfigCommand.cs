using System;
using System.CommandLine;
using System.IO;
using System.Threading;

namespace VmaTools.Cli;

/// <summary><c>vma config</c></summary>
internal static class ConfigCommand
{
    private const string DefaultName = "qemu-server.conf";

    public static Command Create()
    {
        Argument<string> file = Arguments.File();
        Option<long> maxWindow = Arguments.MaxWindow();
        Option<string> name = new("-c")
        {
            Description = $"Name of the config.",
            HelpName = "config",
            DefaultValueFactory = _ => DefaultName,
        };
        Command command = new("config", "Writes a config to standard output, byte for byte.") { file, name, maxWindow };
        Arguments.TakeOneFromInput(command, file);
        command.SetAction(parsed =>
            Terminal.Run(token => Write(parsed.GetRequiredValue(file), parsed.GetValue(maxWindow), parsed.GetRequiredValue(name), token)));
        return command;
    }

    private static int Write(string file, long maxWindow, string name, CancellationToken cancellationToken)
    {
        using VmaArchive archive = Terminal.OpenArchive(file, maxWindow, cancellationToken);
        if (archive.FindConfig(name) is not { } config)
        {
            Terminal.Error.WriteLine($"unable to find configuration data '{name}'");
            return ExitCodes.Failure;
        }

        using Stream output = StandardStreams.OpenData();
        output.Write(config.GetBytes());
        output.Flush();
        return ExitCodes.Success;
    }
}
