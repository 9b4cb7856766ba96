using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Disks.FileSystems.Ext.Folding;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>Looks for a name among others: the same bytes first, else what folds to the same.</summary>
internal sealed class ExtNameSearch
{
    private readonly RawName _name;
    private readonly byte[]? _folded;
    private readonly List<ExtName> _alike = [];
    private ExtName? _exact;

    /// <param name="name">The name.</param>
    /// <param name="folded">Its folded form; null where only the same bytes count.</param>
    public ExtNameSearch(RawName name, byte[]? folded)
    {
        _name = name;
        _folded = folded;
    }

    /// <summary>The bytes by which the directory has filed the name.</summary>
    public byte[] Hashed => _folded ?? _name.Bytes.ToArray();

    public void Clear() => _alike.Clear();

    /// <summary>Looks through names; true once the name itself was found.</summary>
    public bool Look(IEnumerable<ExtName> names)
    {
        foreach (ExtName candidate in names)
        {
            if (candidate.Name == _name)
            {
                _exact = candidate;
                return true;
            }

            if (_folded is not null && NameFolding.Fold(candidate.Name) is byte[] other && other.AsSpan().SequenceEqual(_folded))
            {
                _alike.Add(candidate);
            }
        }

        return false;
    }

    /// <summary>What was found.</summary>
    /// <exception cref="VmaFileSystemException">Several names are alike, and none is the same.</exception>
    public ExtName? Result(string path) => _exact is not null || _alike.Count == 0 ? _exact
        : _alike.Count == 1 ? _alike[0]
        : throw new VmaFileSystemException(
            VmaCodes.FileNameAmbiguous,
            $"Several names are the same but for how they are folded: {string.Join(", ", _alike.Select(static name => name.Name.ToString()))}.",
            path);
}
