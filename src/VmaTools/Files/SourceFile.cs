using System;
using System.IO;

namespace VmaTools.Files;

/// <summary>Opens what is read by its path: files and block devices. A pipe would wait for somebody to write to it.</summary>
internal static class SourceFile
{
    /// <summary>Refuses what is no file.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="VmaException">It is a folder, a pipe, a socket, or a device of characters.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path))
        {
            throw new VmaException(VmaCodes.SourceReadFailed, "This is a folder, and no file.", path);
        }

        if (FileFacts.IsInOrderOnly(path))
        {
            throw new VmaException(
                VmaCodes.SourceNotSeekable, "This is a pipe, a socket or a terminal, and no file: its bytes only come in order, as those of a stream.", path);
        }
    }

    /// <summary>Opens a file so that others may go on writing, renaming or deleting it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VmaException">It is no file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static FileStream Open(string path)
    {
        Check(path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
    }

    /// <summary>The bytes of a small file; null where it has more than that many, whatever length it claims.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="VmaException">It is no file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[]? ReadSmall(string path, int most)
    {
        using FileStream file = Open(path);
        byte[] bytes = new byte[(int)Math.Min(file.Length, most) + 1];
        int filled = 0;
        while (file.Read(bytes, filled, bytes.Length - filled) is > 0 and int read)
        {
            filled += read;
            if (filled > most)
            {
                return null;
            }

            if (filled == bytes.Length)
            {
                // Those that a system makes while they are read claim to be empty.
                Array.Resize(ref bytes, Math.Min(most + 1, bytes.Length * 2));
            }
        }

        Array.Resize(ref bytes, filled);
        return bytes;
    }
}
