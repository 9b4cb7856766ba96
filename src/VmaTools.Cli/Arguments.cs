using System;
using System.CommandLine;
using System.CommandLine.Parsing;

namespace VmaTools.Cli;

/// <summary>The arguments that commands share.</summary>
internal static class Arguments
{
    public static Argument<string> File() => new("file") { Description = "The archive, compressed or not: a file, an address (https://, http://), or '-' for standard input." };

    public static Option<long> MaxWindow() => new("--max-window")
    {
        Description = "The largest window, in bytes, that a zstd archive may ask for.",
        HelpName = "bytes",
        DefaultValueFactory = static _ => new VmaOpenOptions().MaxWindowSize,
    };

    public static Option<bool> NewIndex() => new("--index")
    {
        Description = "Leave the index of a compressed archive in the user's cache folder, unless there is one: what is read later is found at once.",
    };

    public static Option<string?> IndexPath() => new("--index-path")
    {
        Description = "The archive's index, where it is neither beside it nor in the user's cache folder: a file or an address.",
        HelpName = "index",
        Recursive = true,
    };

    public static Option<bool> Verbose() => new("-v") { Description = "Print progress and totals." };

    /// <summary>Refuses to take the archive and the headers for its server from standard input both.</summary>
    public static void TakeOneFromInput(Command command, Argument<string> archive) => Validate(command, result =>
    {
        if (result.GetValue(archive) == "-" && result.GetValue<string>(RemoteArguments.HeadersFileName) == "-")
        {
            result.AddError("Only one of the archive and the headers for its server can come from standard input: '-' stands once.");
        }
    });

    /// <summary>Adds rules about several arguments of a command. What is no value of its own argument the parser tells, after these.</summary>
    public static void Validate(Command command, Action<CommandResult> check) => command.Validators.Add(result =>
    {
        try
        {
            check(result);
        }
        catch (InvalidOperationException)
        {
            // An argument has no value: its text is none.
        }
    });
}
