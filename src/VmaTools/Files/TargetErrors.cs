using System;
using System.IO;
using System.Runtime.InteropServices;

namespace VmaTools.Files;

/// <summary>What is told when a target cannot be written.</summary>
internal static class TargetErrors
{
    private static readonly bool IsWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    /// <summary>
    /// Whether an exception is one that writing to a target can end in. Names that no file can have, and files larger than the file
    /// system allows, are errors about arguments for .NET.
    /// </summary>
    public static bool IsOne(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException { ParamName: null or "path" or "fileName" }
        || IsFileTooLarge(exception);

    /// <summary>The error for it.</summary>
    /// <param name="exception">What the framework threw.</param>
    /// <param name="path">The target, or null for a stream.</param>
    /// <param name="size">Bytes that were to be written, or null where that is not known.</param>
    /// <param name="device">What was to be written, or null.</param>
    public static VmaException Of(Exception exception, string? path, long? size = null, string? device = null)
    {
        string wanted = size is null ? string.Empty : $" {size} bytes were to be written.";
        if (IsFileTooLarge(exception))
        {
            return new VmaException(
                VmaCodes.TargetFileTooLarge, $"The target's file system cannot hold a file of that size.{wanted}", path, null, device, exception);
        }

        if (!IsDiskFull(exception))
        {
            return new VmaException(VmaCodes.TargetWriteFailed, $"The target cannot be written: {exception.Message}", path, null, device, exception);
        }

        TargetVolume? volume = path is null ? null : TargetVolume.Of(path);
        string where = volume is null ? "The target" : $"The volume {volume.Root}";
        string free = volume?.FreeBytes is long bytes ? $" {bytes} were free when it ended." : string.Empty;
        return new VmaException(VmaCodes.TargetNoSpace, $"{where} is full.{wanted}{free}", path, null, device, exception);
    }

    /// <summary>ENOSPC and EDQUOT of Unix, ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of Windows.</summary>
    public static bool IsDiskFull(Exception exception) => exception is IOException && (IsWindows
        ? exception.HResult is unchecked((int)0x80070027) or unchecked((int)0x80070070)
        : exception.HResult is 28 or 122 or 69);

    /// <summary>EFBIG, for which .NET throws an error about an argument; ERROR_FILE_TOO_LARGE of Windows.</summary>
    private static bool IsFileTooLarge(Exception exception) =>
        exception is ArgumentOutOfRangeException { ParamName: "value" }
        || (exception is IOException && (IsWindows ? exception.HResult == unchecked((int)0x800700DF) : exception.HResult == 27));
}
