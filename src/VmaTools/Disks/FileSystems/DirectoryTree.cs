using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems;

/// <summary>
/// Holds directories to being a tree, by where they lie. Several entries may name the same one, or one above themselves, so that a walk would
/// never end.
/// </summary>
internal sealed class DirectoryTree
{
    // Which entry read a directory: in which directory it stands, and its name.
    private readonly Dictionary<long, (long? Above, RawName Name)> _owners = [];

    /// <summary>To be called before a directory is read.</summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="VmaFileSystemException">It is one that was come to another way: one of the two is damaged.</exception>
    public void Enter(IPlacedDirectory directory)
    {
        for (IPlacedDirectory? above = directory.Parent; above is not null; above = above.Parent)
        {
            if (above.Place == directory.Place)
            {
                throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, $"The directory is {above.FullName} once more.", directory.FullName);
            }
        }

        lock (_owners)
        {
            (long? Above, RawName Name) owner = (directory.Parent?.Place, directory.Name);
            if (!_owners.TryGetValue(directory.Place, out (long? Above, RawName Name) known))
            {
                _owners[directory.Place] = owner;
            }
            else if (known != owner)
            {
                throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, "The directory is the same as another one.", directory.FullName);
            }
        }
    }
}

/// <summary>A directory whose place on the volume no other one has.</summary>
internal interface IPlacedDirectory
{
    /// <summary>The directory that it was found in; null for the root.</summary>
    IPlacedDirectory? Parent { get; }

    /// <summary>Its name.</summary>
    RawName Name { get; }

    /// <summary>Where it lies.</summary>
    long Place { get; }

    /// <summary>Its path.</summary>
    string FullName { get; }
}
