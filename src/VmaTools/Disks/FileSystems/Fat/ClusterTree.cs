using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>
/// Holds directories to being a tree. Entries of several directories may name the same clusters, or those of a directory above,
/// so that a walk would never end.
/// </summary>
internal sealed class ClusterTree
{
    // Which entry read a directory, by first cluster.
    private readonly Dictionary<uint, ulong> _owners = [];

    /// <summary>To be called before a directory is read.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="isCertain">True where it is known to belong to this entry, and to no other.</param>
    /// <exception cref="VmaFileSystemException">It is one that was come to another way: one of the two is damaged.</exception>
    public void Enter(ClusterEntry directory, bool isCertain)
    {
        for (ClusterEntry? above = directory.Parent as ClusterEntry; above is not null; above = above.Parent as ClusterEntry)
        {
            if (above.FirstCluster == directory.FirstCluster)
            {
                throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, $"The directory is {above.FullName} once more.", directory.FullName);
            }
        }

        lock (_owners)
        {
            if (isCertain || !_owners.TryGetValue(directory.FirstCluster, out ulong owner))
            {
                _owners[directory.FirstCluster] = directory.Id;
            }
            else if (owner != directory.Id)
            {
                throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, "The directory shares its clusters with another one.", directory.FullName);
            }
        }
    }
}
