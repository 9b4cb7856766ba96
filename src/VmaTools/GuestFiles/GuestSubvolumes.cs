using System.Collections.Generic;
using System.Globalization;
using VmaTools.Disks.FileSystems.Btrfs;

namespace VmaTools.GuestFiles;

/// <summary>The subvolumes of a Btrfs as volumes of their own.</summary>
internal static class GuestSubvolumes
{
    /// <summary>Those that have a path, by number; and the top one where it is not what is mounted by itself.</summary>
    public static IReadOnlyList<GuestVolume> Of(GuestVolume volume)
    {
        List<GuestVolume> subvolumes = [];
        if (volume.TryGetFiles(out _) is not BtrfsFileSystem files)
        {
            return subvolumes;
        }

        try
        {
            foreach (BtrfsSubvolumeInfo info in files.ReadSubvolumes())
            {
                bool isTop = info.Path is { Length: 0 };
                if (info.Path is string path && !(isTop && info.IsDefault))
                {
                    string name = isTop ? "subvolid=" + info.Number.ToString(CultureInfo.InvariantCulture) : path;
                    subvolumes.Add(new GuestVolume(volume, name, path, () => files.OpenSubvolume(info.Number)));
                }
            }
        }
        catch (VmaException)
        {
            // The tree of roots is damaged: who reads the volume hears of it. What was found before is there.
        }

        return subvolumes;
    }
}
