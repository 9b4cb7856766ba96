using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Files;

/// <summary>Lengths of files, and of block devices, which have none for the file API.</summary>
internal static class FileLength
{
    private const uint IoctlDiskGetLengthInfo = 0x0007405C;

    /// <summary>Bytes of a file or block device; 0 for what does not tell.</summary>
    public static long Of(FileStream file)
    {
        long length = 0;
        try
        {
            length = file.Length;
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException)
        {
            // A device of Windows; what is no device either tells below.
        }

        if (length > 0)
        {
            return length;
        }

        if (WindowsControl.IsWindows)
        {
            byte[] answer = new byte[sizeof(long)];
            return WindowsControl.Send(file, IoctlDiskGetLengthInfo, [], answer, out int returned) && returned == answer.Length
                ? BinaryPrimitives.ReadInt64LittleEndian(answer)
                : 0;
        }

        return UnixSeek.IsAvailable ? Math.Max(0, EndOf(file)) : 0;
    }

    private static long EndOf(FileStream file)
    {
        // With a handle of its own: seeking moves the position.
        using FileStream other = new(file.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        return UnixSeek.ToEnd(other);
    }
}
