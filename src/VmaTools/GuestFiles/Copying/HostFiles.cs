using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace VmaTools.GuestFiles.Copying;

/// <summary>What the framework lacks on the host: links, made and seen without following them, and permissions.</summary>
internal static class HostFiles
{
    private const uint DirectoryFlag = 1;
    private const uint AllowUnprivileged = 2;

    /// <summary>What is under a name, if only a link that leads nowhere; null for nothing.</summary>
    public static FileAttributes? AttributesOf(string path)
    {
        // The other way to ask throws for what is not there, which for most targets is so.
        FileAttributes attributes = new FileInfo(path).Attributes;
        return attributes == (FileAttributes)(-1) ? null : attributes;
    }

    /// <summary>Refuses a target that exists and is not to be replaced; a folder never is.</summary>
    /// <exception cref="VmaException">It exists.</exception>
    /// <exception cref="IOException">The system takes no such name, or does not tell what is there.</exception>
    public static void MustBeFree(string path, bool replace)
    {
        if (AttributesOf(path) is FileAttributes there && (!replace || (there & FileAttributes.Directory) != 0))
        {
            throw new VmaException(VmaCodes.TargetExists, "The target exists.", path);
        }
    }

    /// <summary>Makes a second name for a file; false where the file system or the system refuses.</summary>
    public static bool TryHardLink(string path, string existing) => HostNames.AreWindows
        ? CreateHardLink(path, existing, IntPtr.Zero)
        : link(Terminated(existing), Terminated(path)) == 0;

    /// <summary>Makes a symbolic link; false where the system refuses.</summary>
    public static bool TrySymbolicLink(string path, string target, bool isDirectory) => HostNames.AreWindows
        ? CreateSymbolicLink(path, target.Replace('/', '\\'), AllowUnprivileged | (isDirectory ? DirectoryFlag : 0))
        : symlink(Terminated(target), Terminated(path)) == 0;

    /// <summary>Gives a file its permissions; on Windows it has none of this kind.</summary>
    public static void SetMode(string path, int mode)
    {
        if (!HostNames.AreWindows && chmod(Terminated(path), (uint)mode) != 0)
        {
            throw new IOException("The permissions cannot be set.");
        }
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + "\0");

#pragma warning disable SYSLIB1054, IDE1006, CA5392 // one declaration for both frameworks; the names are the system's
    [DllImport("libc", SetLastError = true)]
    private static extern int link(byte[] existing, byte[] path);

    [DllImport("libc", SetLastError = true)]
    private static extern int symlink(byte[] target, byte[] path);

    [DllImport("libc", SetLastError = true)]
    private static extern int chmod(byte[] path, uint mode);
#pragma warning restore SYSLIB1054, IDE1006, CA5392

    [DllImport("kernel32.dll", EntryPoint = "CreateHardLinkW", SetLastError = true, CharSet = CharSet.Unicode)]
    [return: MarshalAs(UnmanagedType.Bool)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool CreateHardLink(string path, string existing, IntPtr security);

    [DllImport("kernel32.dll", EntryPoint = "CreateSymbolicLinkW", SetLastError = true, CharSet = CharSet.Unicode)]
    [return: MarshalAs(UnmanagedType.U1)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool CreateSymbolicLink(string path, string target, uint flags);
}
