using System;
using System.IO;
using System.Runtime.InteropServices;

namespace VmaTools.Files;

/// <summary>What the system says when a target cannot be written, as an error of ours.</summary>
internal static class TargetFailure
{
    private static readonly bool IsWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    /// <summary>The error for a target that could not be written.</summary>
    /// <param name="exception">What the framework threw.</param>
    /// <param name="path">The target.</param>
    /// <param name="device">The device concerned, or null.</param>
    public static VmaException From(Exception exception, string path, string? device = null) => IsDiskFull(exception)
        ? new VmaException(VmaCodes.TargetNoSpace, "The target has no room left.", path, null, device, exception)
        : IsFileTooLarge(exception)
            ? new VmaException(VmaCodes.TargetFileTooLarge, "The target's file system cannot hold a file of that size.", path, null, device, exception)
            : new VmaException(VmaCodes.TargetWriteFailed, $"The target cannot be written: {exception.Message}", path, null, device, exception);

    /// <summary>ENOSPC and EDQUOT of Unix, ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of Windows.</summary>
    public static bool IsDiskFull(Exception exception) => exception is IOException && (IsWindows
        ? exception.HResult is unchecked((int)0x80070027) or unchecked((int)0x80070070)
        : exception.HResult is 28 or 122 or 69);

    /// <summary>EFBIG: .NET throws an error about an argument for it; ERROR_FILE_TOO_LARGE of Windows.</summary>
    public static bool IsFileTooLarge(Exception exception) =>
        exception is ArgumentOutOfRangeException
        || (exception is IOException && (IsWindows ? exception.HResult == unchecked((int)0x800700DF) : exception.HResult == 27));
}
