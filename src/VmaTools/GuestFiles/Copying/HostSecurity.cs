using System;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace VmaTools.GuestFiles.Copying;

/// <summary>Owners and access lists of files on Windows.</summary>
internal static class HostSecurity
{
    private const uint OwnerPart = 1;
    private const uint GroupPart = 2;
    private const uint AccessPart = 4;
    private const uint Revision = 1;

    // Longer paths are taken in this form only.
    private const int LongPath = 248;

    /// <summary>Gives a file or folder the owner, group and access list of a descriptor.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="sddl">The descriptor as SDDL.</param>
    /// <returns>What was not set and why, as a sentence; null where all was.</returns>
    public static string? Set(string path, string sddl)
    {
        string target = path.Length >= LongPath && path.Length > 1 && path[1] == ':' ? @"\\?\" + path : path;
        if (!ConvertStringSecurityDescriptorToSecurityDescriptor(sddl, Revision, out IntPtr descriptor, IntPtr.Zero))
        {
            return "The access list is not taken by this system: " + LastError();
        }

        try
        {
            // Another's name needs a privilege that not everybody has; who may do what can be kept without it.
            if (SetFileSecurity(target, OwnerPart | GroupPart | AccessPart, descriptor))
            {
                return null;
            }

            string why = LastError();
            return SetFileSecurity(target, AccessPart, descriptor)
                ? "Owner and group could not be set: " + why
                : "The access list could not be set: " + LastError();
        }
        finally
        {
            LocalFree(descriptor);
        }
    }

    private static string LastError() => new Win32Exception(Marshal.GetLastWin32Error()).Message;

#pragma warning disable SYSLIB1054 // one declaration for both frameworks
    [DllImport("advapi32.dll", EntryPoint = "ConvertStringSecurityDescriptorToSecurityDescriptorW", SetLastError = true, CharSet = CharSet.Unicode)]
    [return: MarshalAs(UnmanagedType.Bool)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool ConvertStringSecurityDescriptorToSecurityDescriptor(string sddl, uint revision, out IntPtr descriptor, IntPtr size);

    [DllImport("advapi32.dll", EntryPoint = "SetFileSecurityW", SetLastError = true, CharSet = CharSet.Unicode)]
    [return: MarshalAs(UnmanagedType.Bool)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool SetFileSecurity(string path, uint parts, IntPtr descriptor);

    [DllImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr LocalFree(IntPtr memory);
#pragma warning restore SYSLIB1054
}
