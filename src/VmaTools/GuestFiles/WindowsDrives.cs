using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using VmaTools.Disks.Systems;

namespace VmaTools.GuestFiles;

/// <summary>Gives the volumes of a Windows guest their letters.</summary>
internal static class WindowsDrives
{
    private const string Hive = "/Windows/System32/config/SYSTEM";
    private const long MaxHive = 1L << 30;

    public static void Assign(IReadOnlyList<GuestVolume> volumes)
    {
        foreach (GuestVolume system in volumes.Where(static v => v.Volume.FileSystemKind == "ntfs"))
        {
            IReadOnlyList<DriveLetter> letters = ReadLetters(system);
            foreach (DriveLetter letter in letters)
            {
                // The first system that names a volume counts; so does the first volume that a letter fits.
                GuestVolume? volume = volumes.FirstOrDefault(v => IsAt(v.Volume, letter));
                if (volume is not null && volume.Letter is null && volumes.All(v => v.Letter != letter.Letter))
                {
                    volume.Letter = letter.Letter;
                }
            }
        }
    }

    private static bool IsAt(DiskVolume volume, DriveLetter letter) => letter.PartitionGuid is Guid guid
        ? Guid.TryParse(volume.Partition?.PartitionUuid, out Guid own) && own == guid
        : volume.Partition is Partition partition
            && partition.Offset == letter.Offset
            && uint.TryParse(volume.DiskSignature, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint signature)
            && signature == letter.DiskSignature;

    private static IReadOnlyList<DriveLetter> ReadLetters(GuestVolume volume)
    {
        try
        {
            if (volume.TryGetFiles(out _) is not FileSystem files)
            {
                return [];
            }

            FileEntry? entry = files.Root;
            foreach (RawName name in GuestPath.ParseExact(Hive).Names)
            {
                entry = entry is { Type: FileEntryType.Directory } ? files.Find(entry, name) : null;
            }

            if (entry is not { Type: FileEntryType.File, Length: <= MaxHive })
            {
                return [];
            }

            using Stream stream = files.OpenRead(entry);
            return RegistryHive.Open(stream) is RegistryHive hive ? DriveLetter.Read(hive) : [];
        }
        catch (VmaException)
        {
            // Without a hive that can be read nothing tells the letters.
            return [];
        }
    }
}
