using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace VmaTools.Files;

/// <summary>Creates files that were not there before: nothing that somebody put in their place is opened, no link followed.</summary>
internal static class NewFile
{
    /// <summary>Names have up to 255 bytes nearly everywhere; this leaves room for what is put around.</summary>
    private const int MostNameBytes = 180;

    private const int AlreadyExists = 17;
    private const int AccessDenied = 13;

    /// <summary>0700 and 0777, of which the process' mask takes away.</summary>
    private const uint OwnerOnly = 0x1C0;
    private const uint Everybody = 0x1FF;

    /// <summary>Creates a file.</summary>
    /// <param name="path">The file; nothing of that name exists.</param>
    /// <param name="share">What others may do meanwhile.</param>
    /// <param name="isPrivate">Whether it is for its owner only, as far as the system knows owners.</param>
    /// <param name="options">More about it.</param>
    /// <exception cref="IOException">Something of that name exists, or the file cannot be created.</exception>
    public static FileStream Create(string path, FileShare share, bool isPrivate, FileOptions options = FileOptions.None)
    {
#if !NETSTANDARD2_0
        if (isPrivate && !OperatingSystem.IsWindows())
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = share,
                BufferSize = 1,
                Options = options,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
#endif
        return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, share, 1, options);
    }

    /// <summary>
    /// Creates a scratch file for its owner only. It has no name where the system allows that, and is gone when it is closed or the
    /// process ends, however that ends.
    /// </summary>
    /// <param name="folder">The folder that it takes room in.</param>
    /// <exception cref="IOException">It cannot be created.</exception>
    public static FileStream CreateScratch(string folder)
    {
        string path = Path.Combine(folder, $".vmatools-{Guid.NewGuid():N}.tmp");
        FileStream file = Create(path, FileShare.Read | FileShare.Delete, isPrivate: true, FileOptions.DeleteOnClose);
        if (!WindowsControl.IsWindows)
        {
            File.Delete(path);
        }

        return file;
    }

    /// <summary>Creates a folder that was not there before; the folders above it are made where they are missing.</summary>
    /// <param name="path">Full path of the folder.</param>
    /// <param name="isPrivate">Whether only its owner may look into it, as far as the system knows owners.</param>
    /// <exception cref="IOException">Something of that name exists, if only a link that leads nowhere, or the folder cannot be created.</exception>
    public static void CreateFolder(string path, bool isPrivate)
    {
        path = path.TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
        {
            Directory.CreateDirectory(parent);
        }

        if (WindowsControl.IsWindows)
        {
            if (File.Exists(path) || Directory.Exists(path))
            {
                throw new IOException($"The folder '{path}' exists.");
            }

            Directory.CreateDirectory(path);
            return;
        }

        // .NET has no way to create a folder and be told that it was there.
        if (mkdir(Encoding.UTF8.GetBytes(path + "\0"), isPrivate ? OwnerOnly : Everybody) != 0)
        {
            int error = Marshal.GetLastWin32Error();
            throw error switch
            {
                AlreadyExists => new IOException($"The folder '{path}' exists."),
                AccessDenied => new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
                _ => new IOException($"The folder '{path}' cannot be created (error {error})."),
            };
        }
    }

    /// <summary>Removes a folder that was for one's own use. What cannot be removed stays: an error that is on its way is worth more.</summary>
    public static void RemoveScratchFolder(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Its name tells what it is.
        }
    }

    /// <summary>A name for a file that is to become <paramref name="path"/>: beside it, hidden, and nobody else's.</summary>
    public static string TemporaryNeighbour(string path)
    {
        string mark = Guid.NewGuid().ToString("N").Substring(0, 16);
        return Path.Combine(Path.GetDirectoryName(path) ?? string.Empty, $".{Shorten(Path.GetFileName(path), MostNameBytes)}.{mark}.partial");
    }

    /// <summary>The begin of a name, of no more bytes than that.</summary>
    public static string Shorten(string name, int bytes)
    {
        // No character has less than a byte, and what has no end is not counted again for each that goes.
        int length = Math.Min(name.Length, bytes);
        while (Encoding.UTF8.GetByteCount(name.ToCharArray(0, length)) > bytes)
        {
            length -= char.IsLowSurrogate(name[length - 1]) && length > 1 ? 2 : 1;
        }

        return name.Substring(0, length);
    }

#pragma warning disable SYSLIB1054, IDE1006, CA5392 // one declaration for both frameworks; the name is the system's
    [DllImport("libc", SetLastError = true)]
    private static extern int mkdir(byte[] path, uint mode);
#pragma warning restore SYSLIB1054, IDE1006, CA5392
}
