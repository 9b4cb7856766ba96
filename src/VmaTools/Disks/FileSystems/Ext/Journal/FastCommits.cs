using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>
/// What fast commits change: inodes, ranges of contents, names in directories. They name what is meant, not blocks, so they are
/// applied where those are read.
/// </summary>
internal sealed class FastCommits
{
    private const int AddRange = 1;
    private const int DeleteRange = 2;
    private const int Create = 3;
    private const int Link = 4;
    private const int Unlink = 5;
    private const int Inode = 6;
    private const int Padding = 7;
    private const int Head = 9;

    private const ushort ExtentMagic = 0xF30A;
    private const int OldInodeSize = 128;
    private const int FlagsAt = 32;
    private const int BehindBlockField = ExtInode.BlockFieldAt + ExtInode.BlockFieldSize;

    private readonly int _inodeSize;
    private readonly Dictionary<uint, byte[]> _inodes = [];
    private readonly Dictionary<uint, List<FastRange>> _ranges = [];
    private readonly Dictionary<uint, Dictionary<RawName, FastName>> _names = [];
    private readonly HashSet<uint> _created = [];

    /// <param name="inodeSize">Bytes in an inode.</param>
    public FastCommits(int inodeSize) => _inodeSize = inodeSize;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Takes the tags of a commit; false for one that breaks the rules, of which nothing is taken.</summary>
    public bool TryAdd(IReadOnlyList<(int Tag, byte[] Value)> tags)
    {
        foreach ((int tag, byte[] value) in tags)
        {
            bool isSound = tag switch
            {
                AddRange => value.Length >= 16,
                DeleteRange => value.Length >= 12,
                Create or Link or Unlink => value.Length is > 8 and <= 8 + 255,
                Inode => value.Length >= 4 + OldInodeSize && value.Length <= 4 + _inodeSize,
                _ => tag is Padding or Head,
            };
            if (!isSound)
            {
                return false;
            }
        }

        foreach ((int tag, byte[] value) in tags)
        {
            Take(tag, value);
        }

        Count++;
        return true;
    }

    /// <summary>True where names in a directory were added or removed.</summary>
    public bool ChangesNames(uint directory) => _names.ContainsKey(directory);

    /// <summary>True where the directory was made by a fast commit, so that no block of it is in place.</summary>
    public bool IsCreated(uint directory) => _created.Contains(directory);

    /// <summary>Changes the bytes of an inode; false where there is nothing to change.</summary>
    /// <remarks>
    /// A tree of extents stays as it is on the volume, and is changed by ranges. Whatever else its field holds comes from the commit.
    /// </remarks>
    public bool TryPatch(uint number, byte[] bytes)
    {
        if (!_inodes.TryGetValue(number, out byte[]? changed))
        {
            return false;
        }

        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(changed.AsSpan(FlagsAt));
        Span<byte> field = bytes.AsSpan(ExtInode.BlockFieldAt, ExtInode.BlockFieldSize);
        changed.AsSpan(0, ExtInode.BlockFieldAt).CopyTo(bytes);
        changed.AsSpan(BehindBlockField).CopyTo(bytes.AsSpan(BehindBlockField));
        if ((flags & ExtFlags.Extents) == 0)
        {
            changed.AsSpan(ExtInode.BlockFieldAt, ExtInode.BlockFieldSize).CopyTo(field);
        }
        else if (BinaryPrimitives.ReadUInt16LittleEndian(field) != ExtentMagic)
        {
            field.Clear();
            BinaryPrimitives.WriteUInt16LittleEndian(field, ExtentMagic);
            field[4] = 4;
        }

        return true;
    }

    /// <summary>The extents of a content, changed.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="inode">The inode.</param>
    /// <param name="extents">Those on the volume.</param>
    public IReadOnlyList<FileExtent> Change(ExtVolume volume, ExtInode inode, IReadOnlyList<FileExtent> extents)
    {
        if (!_ranges.TryGetValue(inode.Number, out List<FastRange>? ranges))
        {
            return extents;
        }

        foreach (FastRange range in ranges)
        {
            extents = range.Change(volume, inode, extents);
        }

        return extents;
    }

    /// <summary>The names in a directory, changed.</summary>
    public IEnumerable<ExtName> Change(uint directory, IEnumerable<ExtName> names)
    {
        if (!_names.TryGetValue(directory, out Dictionary<RawName, FastName>? changes))
        {
            changes = [];
        }

        foreach (ExtName name in names)
        {
            if (!changes.TryGetValue(name.Name, out FastName? change) || (change.Inode is null && !change.Removed.Contains(name.Inode)))
            {
                yield return name;
            }
        }

        foreach (KeyValuePair<RawName, FastName> change in changes)
        {
            if (change.Value.Inode is uint inode)
            {
                yield return new ExtName(inode, change.Key);
            }
        }
    }

    private void Take(int tag, byte[] value)
    {
        switch (tag)
        {
            case AddRange or DeleteRange:
                uint owner = U32(value, 0);
                if (!_ranges.TryGetValue(owner, out List<FastRange>? ranges))
                {
                    _ranges[owner] = ranges = [];
                }

                ranges.Add(tag == AddRange ? FastRange.Added(value.AsSpan(4)) : FastRange.Deleted(value.AsSpan(4)));
                break;
            case Create or Link or Unlink:
                TakeName(tag, U32(value, 0), U32(value, 4), new RawName(value.AsSpan(8)));
                break;
            case Inode:
                _inodes[U32(value, 0)] = value.AsSpan(4).ToArray();
                break;
        }
    }

    private void TakeName(int tag, uint directory, uint inode, RawName name)
    {
        if (!_names.TryGetValue(directory, out Dictionary<RawName, FastName>? names))
        {
            _names[directory] = names = [];
        }

        if (!names.TryGetValue(name, out FastName? change))
        {
            names[name] = change = new FastName();
        }

        if (tag == Unlink)
        {
            change.Removed.Add(inode);
            change.Inode = change.Inode == inode ? null : change.Inode;
        }
        else
        {
            change.Inode = inode;
            if (tag == Create)
            {
                _created.Add(inode);
            }
        }
    }

    private static uint U32(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));

    /// <summary>What became of a name: the inode it leads to now, if any, and those it led to.</summary>
    private sealed class FastName
    {
        public uint? Inode { get; set; }

        public HashSet<uint> Removed { get; } = [];
    }
}
