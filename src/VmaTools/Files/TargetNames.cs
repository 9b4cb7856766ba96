using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Files;

namespace VmaTools;

/// <summary>
/// The names of the files that one run makes. Two that differ in case only are one where the folder's file system takes them for one,
/// and two where it tells them apart.
/// </summary>
/// <typeparam name="T">What files are made of.</typeparam>
public sealed class TargetNames<T>
    where T : class
{
    private readonly Dictionary<string, List<(string Path, T Owner)>> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, bool> _ignoresCase = new(StringComparer.Ordinal);

    /// <summary>Takes a name.</summary>
    /// <param name="path">Full path of a file, which need not exist, nor its folder.</param>
    /// <param name="owner">What the file is made of, for whoever wants the name next.</param>
    /// <returns>What it is taken by already, or null where it was free.</returns>
    public T? Claim(string path, T owner)
    {
        if (path is null)
        {
            throw new ArgumentNullException(nameof(path));
        }

        if (_taken.TryGetValue(path, out List<(string Path, T Owner)>? others))
        {
            foreach ((string other, T first) in others)
            {
                if (AreOne(path, other))
                {
                    return first;
                }
            }
        }
        else
        {
            others = [];
            _taken.Add(path, others);
        }

        others.Add((path, owner));
        return null;
    }

    /// <summary>Whether two paths that differ in case at most are one file.</summary>
    private bool AreOne(string path, string other)
    {
        if (path == other)
        {
            return true;
        }

        string folder = Path.GetDirectoryName(path) ?? path;
        string others = Path.GetDirectoryName(other) ?? other;
        if (folder != others && !AreOne(folder, others))
        {
            return false;
        }

        if (string.Equals(Path.GetFileName(path), Path.GetFileName(other), StringComparison.Ordinal))
        {
            return true;
        }

        if (!_ignoresCase.TryGetValue(folder, out bool ignores))
        {
            ignores = CaseProbe.IgnoresCase(folder);
            _ignoresCase.Add(folder, ignores);
        }

        return ignores;
    }
}
