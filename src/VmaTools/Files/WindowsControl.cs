using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

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

    /// <summary>Which file a path names; null where nothing is there that can be opened.</summary>
    public static FileFacts? FactsOf(string path)
    {
        // Asking for no access works on what others have open for themselves alone. The flag is for folders.
        using SafeFileHandle file = CreateFile(path, 0, FileShare.ReadWrite | FileShare.Delete, IntPtr.Zero, FileMode.Open, 0x02000000, IntPtr.Zero);
        return file.IsInvalid ? null : FactsOf(file);
    }

    /// <summary>Which file a handle is of; null where the system does not tell.</summary>
    public static FileFacts? FactsOf(SafeFileHandle file)
    {
        const uint Folder = 0x10;
        byte[] facts = new byte[52];
        return GetFileInformationByHandle(file, facts)
            ? new FileFacts(
                BitConverter.ToUInt32(facts, 28),
                ((ulong)BitConverter.ToUInt32(facts, 44) << 32) | BitConverter.ToUInt32(facts, 48),
                (BitConverter.ToUInt32(facts, 0) & Folder) == 0 ? FileFacts.RegularType : FileFacts.FolderType,
                0,
                BitConverter.ToUInt32(facts, 40))
            : null;
    }

    /// <summary>Gives a file another name; the file of that name is replaced.</summary>
    public static bool Move(string path, string target)
    {
        const uint Replace = 1;
        return MoveFileEx(path, target, Replace);
    }

    [DllImport("kernel32.dll", EntryPoint = "MoveFileExW", SetLastError = true, CharSet = CharSet.Unicode)]
    [return: MarshalAs(UnmanagedType.Bool)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool MoveFileEx(string path, string target, uint flags);

    [DllImport("kernel32.dll", EntryPoint = "CreateFileW", SetLastError = true, CharSet = CharSet.Unicode)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern SafeFileHandle CreateFile(
        string path, uint access, FileShare share, IntPtr security, FileMode mode, uint flags, IntPtr template);

    [DllImport("kernel32.dll", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool GetFileInformationByHandle(SafeFileHandle file, [Out] byte[] facts);

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
