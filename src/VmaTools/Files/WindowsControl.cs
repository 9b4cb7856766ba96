using System;
using System.IO;
using System.Runtime.InteropServices;

namespace VmaTools.Files;

/// <summary>What Windows is asked about files and devices beyond reading and writing.</summary>
internal static class WindowsControl
{
    public static bool IsWindows => RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    /// <summary>Sends a control code.</summary>
    /// <param name="file">The file or device.</param>
    /// <param name="code">The code.</param>
    /// <param name="input">What goes with it.</param>
    /// <param name="output">Where the answer goes.</param>
    /// <param name="returned">Bytes of the answer.</param>
    /// <returns>False where the system refused, or had more to answer than <paramref name="output"/> holds; what fits is there then.</returns>
    public static bool Send(FileStream file, uint code, byte[] input, byte[] output, out int returned)
    {
        bool isDone = DeviceIoControl(
            file.SafeFileHandle, code, input, (uint)input.Length, output, (uint)output.Length, out uint count, IntPtr.Zero);
        returned = (int)count;
        return isDone;
    }

    [DllImport("kernel32.dll", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool DeviceIoControl(
        SafeHandle device,
        uint code,
        byte[] input,
        uint inputSize,
        [Out] byte[] output,
        uint outputSize,
        out uint returned,
        IntPtr overlapped);
}
