using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VmaTools.Cli;

/// <summary>
/// Standard input, output and error, where whoever started the process gave it some. Of those that are closed the runtime takes the numbers
/// for pipes of its own, which nothing comes out of and nobody reads.
/// </summary>
internal static class StandardStreams
{
    private const int Input = 0;
    private const int Output = 1;
    private const int Error = 2;

    /// <exception cref="VmaException">It is closed.</exception>
    public static Stream OpenInput() => IsGiven(Input)
        ? Console.OpenStandardInput()
        : throw new VmaException(VmaCodes.SourceReadFailed, "Standard input is closed.");

    /// <exception cref="VmaException">It is closed.</exception>
    public static Stream OpenOutput() => IsGiven(Output)
        ? Console.OpenStandardOutput()
        : throw new VmaException(VmaCodes.TargetWriteFailed, "Standard output is closed.");

    /// <summary>
    /// Standard output for what a command is run for, rather than what it says of its work. What the framework gives for a console takes a pipe whose reader has
    /// gone for one that takes everything, and holds up standard error while a reader is waited for. A file may be written to by others
    /// before and after, and stays the console's, which leaves the position where it ended; so does a terminal, which takes what does not
    /// fit at once.
    /// </summary>
    /// <exception cref="VmaException">It is closed.</exception>
    public static Stream OpenData()
    {
        Stream console = OpenOutput();
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return console;
        }

        FileStream file = new(new SafeFileHandle(Output, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return file.CanSeek ? console : file;
    }

    /// <summary>Whether an error is that of a pipe whose reader has gone: EPIPE.</summary>
    public static bool IsReaderGone(IOException exception) => !OperatingSystem.IsWindows() && exception.HResult == 32;

    /// <summary>Nobody could be told that it is closed.</summary>
    public static Stream OpenError() => IsGiven(Error) ? Console.OpenStandardError() : Stream.Null;

    /// <summary>Whether it was there when the program began: what comes from outside is not closed when a program begins, what is its own is.</summary>
    private static bool IsGiven(int descriptor)
    {
        const int GetFlags = 1;
        const int CloseOnExec = 1;
        return OperatingSystem.IsWindows() || fcntl(descriptor, GetFlags) is not -1 and var flags && (flags & CloseOnExec) == 0;
    }

#pragma warning disable SYSLIB1054, IDE1006, CA5392 // the name is the system's
    [DllImport("libc", SetLastError = true)]
    private static extern int fcntl(int descriptor, int command);
#pragma warning restore SYSLIB1054, IDE1006, CA5392
}
