using System.Collections.Generic;
using System.Linq;

namespace VmaTools;

/// <summary>A volume group of the guest in an archive: the logical volumes of one name in front.</summary>
public sealed class VmaVolumeGroup
{
    internal VmaVolumeGroup(VmaArchive archive, string name, IEnumerable<VmaVolume> volumes)
    {
        ArchivePath = archive.ArchivePath;
        Archive = archive;
        Name = name;
        Volumes = volumes.ToArray();
        Size = Volumes.Sum(static v => v.Size);
    }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>Its name, which the ids of its volumes begin with.</summary>
    public string Name { get; }

    /// <summary>Bytes of all its volumes.</summary>
    public long Size { get; }

    /// <summary>Its logical volumes.</summary>
    public IReadOnlyList<VmaVolume> Volumes { get; }

    internal VmaArchive Archive { get; }

    /// <summary>The archive that it is in.</summary>
    public VmaArchive GetArchive() => Archive;

    /// <summary>The kind and the name.</summary>
    public override string ToString() => $"VmaVolumeGroup: {Printable.Short(Name)}";
}
