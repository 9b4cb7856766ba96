using System;
using System.IO;
using System.Runtime.InteropServices;

namespace VmaTools.Files;

/// <summary>Seeking as Unix has it beyond what .NET knows: to data, to holes, to the end of devices.</summary>
internal static class UnixSeek
{
    /// <summary>The error for a place behind the last data: no such device or address.</summary>
    public const int NoMore = 6;

    private const int End = 2;

    private static readonly bool IsMac = RuntimeInformation.IsOSPlatform(OSPlatform.OSX);

    /// <summary>Whether this system is asked: it is a Unix whose offsets have 64 bits.</summary>
    public static bool IsAvailable { get; } = Path.DirectorySeparatorChar == '/' && IntPtr.Size == 8;

    /// <summary>The first data at or behind an offset; negative where the system does not tell, or there is none.</summary>
    public static long ToData(FileStream file, long offset, out int error) => Seek(file, offset, IsMac ? 4 : 3, out error);

    /// <summary>The first hole at or behind an offset, the end of the file being one; negative where the system does not tell.</summary>
    public static long ToHole(FileStream file, long offset, out int error) => Seek(file, offset, IsMac ? 3 : 4, out error);

    /// <summary>The end of a file or block device; negative where the system does not tell.</summary>
    public static long ToEnd(FileStream file) => Seek(file, 0, End, out _);

    private static long Seek(FileStream file, long offset, int whence, out int error)
    {
        long result = NativeSeek(file.SafeFileHandle, offset, whence);
        error = result < 0 ? Marshal.GetLastWin32Error() : 0;
        return result;
    }

    [DllImport("libc", EntryPoint = "lseek", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long NativeSeek(SafeHandle file, long offset, int whence);
}
