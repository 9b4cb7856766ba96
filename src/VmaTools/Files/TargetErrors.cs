using System;
using System.IO;

namespace VmaTools.Files;

/// <summary>What is told when a target cannot be written.</summary>
internal static class TargetErrors
{
    /// <summary>A volume with less room than this counts as full.</summary>
    private const long Full = 64 << 10;

    /// <summary>Whether an exception is one that writing to a target can end in.</summary>
    public static bool IsOne(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>The error for it.</summary>
    /// <param name="exception">What the system said.</param>
    /// <param name="path">The target, or null for a stream.</param>
    /// <param name="size">Bytes that were to be written, or null where that is not known.</param>
    /// <param name="device">What was to be written, or null.</param>
    public static VmaException Of(Exception exception, string? path, long? size = null, string? device = null)
    {
        TargetVolume? volume = path is null ? null : TargetVolume.Of(path);
        if (volume is not null && (IsDiskFull(exception) || volume.FreeBytes < Full))
        {
            string wanted = size is null ? string.Empty : $"{size} bytes were to be written, ";
            return new VmaException(
                VmaCodes.TargetNoSpace,
                $"The volume {volume.Root} is full: {wanted}{volume.FreeBytes} were free when it ended.",
                path,
                null,
                device,
                exception);
        }

        return new VmaException(VmaCodes.TargetWriteFailed, $"The target cannot be written: {exception.Message}", path, null, device, exception);
    }

    /// <summary>ENOSPC and EDQUOT of Unix, ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of Windows.</summary>
    public static bool IsDiskFull(Exception exception) =>
        exception is IOException
        && (exception.HResult is 28 or 122 or unchecked((int)0x80070027) or unchecked((int)0x80070070));
}
