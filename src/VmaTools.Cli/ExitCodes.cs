namespace VmaTools.Cli;

/// <summary>What the process tells its caller, besides the 1 of the parser where the command line is not understood.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>Something is wrong with the archive or the target.</summary>
    public const int Failure = 2;

    /// <summary>Whoever read the output has gone: 128 + SIGPIPE, as shells have it of programs that end by it.</summary>
    public const int ReaderGone = 141;

    /// <summary>Stopped by the user: 128 + SIGINT, as shells have it.</summary>
    public const int Cancelled = 130;

    /// <summary>Asked to end: 128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
