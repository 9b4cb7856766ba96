using System;
using System.IO;
using System.Text;

namespace VmaTools.Files;

/// <summary>Creates files that were not there before: nothing that somebody put in their place is opened, no link followed.</summary>
internal static class NewFile
{
    /// <summary>Names have up to 255 bytes nearly everywhere; this leaves room for what is put around.</summary>
    private const int MostNameBytes = 180;

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

    /// <summary>A name for a file that is to become <paramref name="path"/>: beside it, hidden, and nobody else's.</summary>
    public static string TemporaryNeighbour(string path)
    {
        string mark = Guid.NewGuid().ToString("N").Substring(0, 16);
        return Path.Combine(Path.GetDirectoryName(path) ?? string.Empty, $".{Shorten(Path.GetFileName(path), MostNameBytes)}.{mark}.partial");
    }

    /// <summary>The begin of a name, of no more bytes than that.</summary>
    public static string Shorten(string name, int bytes)
    {
        int length = name.Length;
        while (Encoding.UTF8.GetByteCount(name.ToCharArray(0, length)) > bytes)
        {
            length -= char.IsLowSurrogate(name[length - 1]) && length > 1 ? 2 : 1;
        }

        return name.Substring(0, length);
    }
}
