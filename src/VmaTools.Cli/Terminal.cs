using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Cli;

/// <summary>Standard input, output and error, and how failures end there.</summary>
internal static class Terminal
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static TextWriter? _out;
    private static TextWriter? _listing;

    /// <summary>Text output: UTF-8 and line feeds on every system, written at once.</summary>
    /// <exception cref="VmaException">Standard output is closed.</exception>
    public static TextWriter Out => _out ??= Writer(StandardStreams.OpenOutput());

    /// <summary>The same for lines that are all that a command does: it ends where nobody reads them any more.</summary>
    /// <exception cref="VmaException">Standard output is closed.</exception>
    public static TextWriter Listing => _listing ??= Writer(StandardStreams.OpenData());

    public static TextWriter Error { get; } = Writer(StandardStreams.OpenError());

    /// <summary>The index of the archive that the command is about, where one was named.</summary>
    public static string? IndexPath { get; set; }

    /// <summary>Opens an archive from a file or pipe, or from standard input where the name is '-'.</summary>
    /// <param name="file">The name.</param>
    /// <param name="maxWindow">The largest window that a zstd archive may ask for.</param>
    /// <param name="cancellationToken">Ends waiting for a pipe.</param>
    /// <param name="newIndexPath">Where the first pass is to leave an index, empty for the cache folder; null for none.</param>
    public static VmaArchive OpenArchive(string file, long maxWindow, CancellationToken cancellationToken, string? newIndexPath = null)
    {
        VmaOpenOptions options = new()
        {
            MaxWindowSize = Math.Max(1, maxWindow),
            NewIndexPath = newIndexPath,
            IndexPath = IndexPath,
            Addresses = RemoteArguments.Addresses,
            CancellationToken = cancellationToken,
        };
        return Await(
            () => (file == "-" ? StandardStreams.OpenInput() : OpenPipe(file)) is { } pipe
                ? VmaArchive.Open(pipe, leaveOpen: false, options, cancellationToken)
                : VmaArchive.Open(file, options),
            cancellationToken);
    }

    /// <summary>
    /// Does what may wait for others, such as opening a pipe that nobody writes to. Whoever interrupts waits no longer: the process ends
    /// then, and with it what was begun.
    /// </summary>
    public static T Await<T>(Func<T> work, CancellationToken cancellationToken)
    {
        Task<T> task = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using WaitHandle done = ((IAsyncResult)task).AsyncWaitHandle;
        WaitHandle.WaitAny([done, cancellationToken.WaitHandle]);
        return task.IsCompleted ? task.GetAwaiter().GetResult() : throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>A named pipe, or what a shell puts in the place of a command's output; null for what can be read at any offset.</summary>
    private static FileStream? OpenPipe(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        if (!stream.CanSeek)
        {
            return stream;
        }

        stream.Dispose();
        return null;
    }

    /// <summary>Prints an error; nothing from an archive can do more to a terminal than be read.</summary>
    public static void PrintError(string message)
    {
        try
        {
            Error.WriteLine($"vma: {Printable.Text(message)}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Where errors cannot be told, the exit code tells.
        }
    }

    /// <summary>Warns where the archive's index could not be used, or cannot be kept.</summary>
    public static void PrintNotice(VmaArchive archive)
    {
        if (archive.IndexNotice is { } notice)
        {
            PrintError($"warning: {notice}");
        }
    }

    public static void PrintFinding(VmaFinding finding)
    {
        string where = finding.Device is null ? string.Empty : $" Device: {finding.Device}.";
        where += finding.Offset is long offset ? string.Create(CultureInfo.InvariantCulture, $" Byte offset: {offset}.") : string.Empty;
        PrintError($"{finding.Severity.ToLowerInvariant()}: {finding.Code}: {finding.Message}{where}");
    }

    /// <summary>Runs a command; whatever goes wrong becomes one line and an exit code.</summary>
    public static int Run(Func<CancellationToken, int> command)
    {
        using Interruption interruption = new();
        try
        {
            return command(interruption.Token);
        }
        catch (OperationCanceledException)
        {
            PrintError("cancelled");
            return interruption.ExitCode;
        }
        catch (VmaException exception)
        {
            PrintError($"{exception.Code}: {exception.Message}");
            if (exception is VmaCompressionException { NeededWindow: long window })
            {
                PrintError(string.Create(CultureInfo.InvariantCulture, $"to allow that: --max-window {window}"));
            }

            return ExitCodes.Failure;
        }
        catch (ArgumentException exception) when (exception.ParamName == "path")
        {
            PrintError("the name of a file is empty");
            return ExitCodes.Failure;
        }
        catch (IOException exception) when (StandardStreams.IsReaderGone(exception))
        {
            // As of other programs, whose end by a signal shells do not tell either.
            return ExitCodes.ReaderGone;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(exception);
        }
    }

    /// <summary>Tells an error of the system.</summary>
    public static int Fail(Exception exception)
    {
        PrintError($"{CodeOf(exception)}: {exception.Message}");
        return ExitCodes.Failure;
    }

    /// <summary>The code of an error of the system, the same as the module has for it.</summary>
    private static string CodeOf(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => VmaCodes.ItemNotFound,
        UnauthorizedAccessException => "AccessDenied",
        IOException when IsOutputFull(exception) => VmaCodes.TargetNoSpace,
        _ => VmaCodes.SourceReadFailed,
    };

    /// <summary>Only standard output is written without a code of its own: ENOSPC of Unix, ERROR_DISK_FULL of Windows.</summary>
    private static bool IsOutputFull(Exception exception) => exception.HResult is 28 or unchecked((int)0x80070070);

    private static StreamWriter Writer(Stream stream) => new(stream, Utf8) { AutoFlush = true, NewLine = "\n" };
}
