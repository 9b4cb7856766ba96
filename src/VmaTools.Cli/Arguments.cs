using System.CommandLine;

namespace VmaTools.Cli;

/// <summary>The arguments that commands share.</summary>
internal static class Arguments
{
    public static Argument<string> File() => new("file") { Description = "The archive, compressed or not; '-' for standard input." };

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

    public static Option<bool> Verbose() => new("-v") { Description = "Print progress and totals." };
}
