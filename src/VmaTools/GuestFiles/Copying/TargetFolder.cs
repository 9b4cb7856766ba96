using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Extents;
using VmaTools.Files;

namespace VmaTools.GuestFiles.Copying;

/// <summary>
/// The folder that is copied into. Nothing is written through a link in it, be it one that stands there already. May be used from several
/// threads.
/// </summary>
internal sealed class TargetFolder
{
    private readonly string _root;
    private readonly bool _replaces;
    private readonly bool _makes;
    private readonly HashSet<string> _folders = [];

    /// <param name="root">Full path of the folder, which is made where it does not exist.</param>
    /// <param name="replaces">Whether files that are there are replaced.</param>
    /// <param name="makes">Whether folders are made; if not, it is only told where they could not be.</param>
    /// <exception cref="VmaException">It cannot be made.</exception>
    public TargetFolder(string root, bool replaces, bool makes = true)
    {
        _root = root;
        _replaces = replaces;
        _makes = makes;
        try
        {
            if (File.Exists(root))
            {
                throw FileInTheWay(root);
            }

            if (makes)
            {
                Directory.CreateDirectory(root);
            }
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, root);
        }
    }

    /// <summary>Full path of what lies below the folder by these names.</summary>
    public string PathOf(IEnumerable<string> names) => names.Aggregate(_root, Path.Combine);

    /// <summary>Makes the folder of that path below, with those on the way to it; none of them may be a link.</summary>
    /// <exception cref="VmaException">Something else is there.</exception>
    public void Require(IEnumerable<string> names)
    {
        string path = _root;
        foreach (string name in names)
        {
            path = Path.Combine(path, name);
            lock (_folders)
            {
                if (!_folders.Contains(path))
                {
                    Make(path);

                    // Only what was looked at and is a folder of its own counts from now on.
                    _folders.Add(path);
                }
            }
        }
    }

    /// <summary>Makes the way to a target, and looks whether something is there that is not to be replaced.</summary>
    /// <returns>Full path of the target.</returns>
    /// <exception cref="VmaException">There is.</exception>
    public string RequireFree(IReadOnlyList<string> names)
    {
        Require(names.Take(names.Count - 1));
        string path = PathOf(names);
        MustBeFree(path);
        return path;
    }

    /// <summary>Looks whether something is there that is not to be replaced.</summary>
    /// <inheritdoc cref="HostFiles.MustBeFree" path="/exception"/>
    public void MustBeFree(string path) => HostFiles.MustBeFree(path, _replaces);

    /// <summary>Removes the file that a link is to replace; an archive is none that may be.</summary>
    /// <exception cref="VmaException">It is one.</exception>
    public static void RemoveFile(string path)
    {
        if (HostFiles.AttributesOf(path) is not null)
        {
            ArchiveGuard.Default.Check(path);
            File.Delete(path);
        }
    }

    private static VmaException FileInTheWay(string path) => new(VmaCodes.TargetExists, "A file stands where a folder is needed.", path);

    private void Make(string path)
    {
        if (HostFiles.AttributesOf(path) is FileAttributes there)
        {
            if ((there & FileAttributes.ReparsePoint) != 0)
            {
                throw new VmaException(VmaCodes.TargetExists, "A link stands in the way, and nothing is written through one.", path);
            }

            if ((there & FileAttributes.Directory) == 0)
            {
                throw FileInTheWay(path);
            }
        }

        if (_makes)
        {
            Directory.CreateDirectory(path);
        }
    }
}
