using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems;

/// <summary>Every reader of a file system, in the order in which they are asked.</summary>
internal static class FileSystemReaders
{
    // Reaches past the first superblock of each, the last of which is that of Btrfs, at 64 KiB.
    private const int HeadSize = 68 * 1024;

    /// <summary>
    /// Each gives null where its signature is not there, also where the place of it is lost, and throws where it is but cannot be read.
    /// </summary>
    private static readonly Func<DiskBytes, FileSystemOptions, FileSystem?>[] Readers =
    [
        Ext.ExtFileSystem.TryOpen,
        Xfs.XfsFileSystem.TryOpen,
        Fat.FatFileSystem.TryOpen,
        ExFat.ExFatFileSystem.TryOpen,
        Ntfs.NtfsFileSystem.TryOpen,
        Btrfs.BtrfsFileSystem.TryOpen,
        Ufs.UfsFileSystem.TryOpen,
        Iso.IsoFileSystem.TryOpen,
        SquashFs.SquashFileSystem.TryOpen,

        // What has lost its first superblock (boot sector) shows no signature; copies are looked for where nothing else was found.
        Fat.FatFileSystem.TryOpenBackup,
        ExFat.ExFatFileSystem.TryOpenBackup,
        Ntfs.NtfsFileSystem.TryOpenByCopy,
        Ext.ExtFileSystem.TryOpenByCopy,
        Xfs.XfsFileSystem.TryOpenByCopy,
        Btrfs.BtrfsFileSystem.TryOpenByCopy,
        Ufs.UfsFileSystem.TryOpenByCopy,
    ];

    /// <summary>The file system on a volume of one device or several, the first of which has the rest of it described.</summary>
    /// <inheritdoc cref="Open(DiskBytes, FileSystemOptions)" path="/exception"/>
    public static FileSystem? Open(IReadOnlyList<DiskBytes> devices, FileSystemOptions options) => devices.Count == 1
        ? Open(devices[0], options)
        : Btrfs.BtrfsFileSystem.Open(devices, options);

    /// <summary>The file system on a volume, or null where none that is read here was recognised.</summary>
    /// <exception cref="VmaException">
    /// It was recognised, and is too damaged or has a feature that is not understood; or nothing was, and places of signatures are lost.
    /// </exception>
    public static FileSystem? Open(DiskBytes volume, FileSystemOptions options)
    {
        foreach (Func<DiskBytes, FileSystemOptions, FileSystem?> reader in Readers)
        {
            if (reader(volume, options) is FileSystem fileSystem)
            {
                return fileSystem;
            }
        }

        // Where something is lost there, nobody can say that there is no file system.
        _ = volume.Read(0, (int)Math.Min(HeadSize, volume.Length));
        return null;
    }
}
