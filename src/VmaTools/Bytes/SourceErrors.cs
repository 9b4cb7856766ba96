using System;
using System.IO;

namespace VmaTools.Bytes;

/// <summary>
/// What is told when a source cannot be read. It is told where it happens: in the same run a target may fail with the same error of the
/// system, and nobody further up could tell whose it was.
/// </summary>
internal static class SourceErrors
{
    /// <summary>
    /// Whether an exception of a stream or a file is about its bytes. Streams of others end in what they like; being cancelled is no
    /// fault, and what is ours is told already.
    /// </summary>
    public static bool IsOne(Exception exception) => exception is not (VmaException or OperationCanceledException or OutOfMemoryException);

    /// <summary>The error for it.</summary>
    /// <param name="exception">What the framework, or somebody's stream, threw.</param>
    /// <param name="path">The source, or null for a stream without a name.</param>
    /// <param name="position">At which of its bytes, or null where it was not opened.</param>
    public static VmaException Of(Exception exception, string? path, long? position = null)
    {
        if (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new VmaException(VmaCodes.SourceChanged, "The source is not there any more.", path, innerException: exception);
        }

        string where = position is long at ? $" from its byte {at} on" : string.Empty;
        return new VmaException(
            VmaCodes.SourceReadFailed, $"The source cannot be read{where}: {Printable.Text(exception.Message)}", path, innerException: exception);
    }
}
