using System.IO;

namespace VmaTools.Files;

/// <summary>Properties of files that only Windows has to be asked for: elsewhere every file may have holes.</summary>
internal static class FileTraits
{
    private const uint FsctlSetSparse = 0x000900C4;
    private const uint FsctlSetCompression = 0x0009C040;

    /// <summary>Asks for holes where nothing is written. File systems without them refuse, and the file is written whole.</summary>
    public static void TryMakeSparse(FileStream file)
    {
        if (WindowsControl.IsWindows)
        {
            _ = Control(file, FsctlSetSparse, []);
        }
    }

    /// <summary>
    /// Clears what a new file takes over from its folder: Hyper-V opens no disk whose file is compressed or encrypted.
    /// </summary>
    /// <exception cref="IOException">The file stays compressed or encrypted.</exception>
    public static void ClearInherited(string path, FileStream file)
    {
        if (!WindowsControl.IsWindows)
        {
            return;
        }

        FileAttributes attributes = File.GetAttributes(path);
        if ((attributes & FileAttributes.Compressed) != 0 && !Control(file, FsctlSetCompression, [0, 0]))
        {
            throw new IOException("The folder compresses new files, and that could not be undone for a disk image; hypervisors refuse such a file.");
        }

        if ((attributes & FileAttributes.Encrypted) != 0)
        {
            throw new IOException("The folder encrypts new files; hypervisors refuse such a disk image.");
        }
    }

    private static bool Control(FileStream file, uint code, byte[] input) => WindowsControl.Send(file, code, input, [], out _);
}
