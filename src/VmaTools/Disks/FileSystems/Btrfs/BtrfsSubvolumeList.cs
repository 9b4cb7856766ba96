using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Lists the subvolumes with their paths.</summary>
internal sealed class BtrfsSubvolumeList
{
    // Paths of more components are none that a system opens.
    private const int MaxDepth = 2048;

    private readonly BtrfsVolume _volume;

    public BtrfsSubvolumeList(BtrfsVolume volume) => _volume = volume;

    /// <summary>The top one, then the others by number.</summary>
    public IEnumerable<BtrfsSubvolumeInfo> Read(ulong defaultSubvolume)
    {
        List<ulong> numbers = [BtrfsNumbers.TopSubvolume];
        BtrfsCursor cursor = _volume.Roots.Seek(new BtrfsKey(BtrfsNumbers.First, 0, 0));
        while (cursor.MoveNext() && cursor.Current.Key.Number <= BtrfsNumbers.Last)
        {
            if (cursor.Current.Key.Type == BtrfsItemTypes.Root && numbers[numbers.Count - 1] != cursor.Current.Key.Number)
            {
                numbers.Add(cursor.Current.Key.Number);
            }
        }

        foreach (ulong number in numbers)
        {
            if (_volume.FindSubvolume(number) is not null)
            {
                yield return new BtrfsSubvolumeInfo(
                    number,
                    PathOf(number) is { } path ? string.Join("/", path.Select(static n => n.ToPathComponent())) : null,
                    number == defaultSubvolume);
            }
        }
    }

    /// <summary>The directory and the name of a subvolume: directory u64, index u64, length u16, name.</summary>
    public static bool TryReadReference(in BtrfsItem item, out ulong directory, out RawName name)
    {
        ReadOnlySpan<byte> bytes = item.Data.Span;
        directory = 0;
        name = default;
        if (bytes.Length < 18 || bytes.Length < 18 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(16)))
        {
            return false;
        }

        directory = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        name = new RawName(bytes.Slice(18, BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(16))));
        return true;
    }

    private ulong? FindParent(ulong number, out ulong directory, out RawName name)
    {
        foreach (BtrfsItem item in _volume.Roots.Of(number, BtrfsItemTypes.RootBackReference))
        {
            if (TryReadReference(item, out directory, out name))
            {
                return item.Key.Offset;
            }
        }

        directory = 0;
        name = default;
        return null;
    }

    /// <summary>The names that lead to a subvolume from the top one; null where none do.</summary>
    public IReadOnlyList<RawName>? PathOf(ulong number)
    {
        List<RawName> names = [];
        while (number != BtrfsNumbers.TopSubvolume)
        {
            if (FindParent(number, out ulong directory, out RawName name) is not ulong parent
                || _volume.FindSubvolume(parent) is not BtrfsSubvolume subvolume)
            {
                return null;
            }

            names.Add(name);
            while (directory != subvolume.RootDirectory)
            {
                BtrfsReference? reference = null;
                foreach (BtrfsItem item in subvolume.Tree.Of(directory, BtrfsItemTypes.InodeReference))
                {
                    List<BtrfsReference> all = BtrfsReference.ReadAll(item);
                    reference = all.Count > 0 ? all[0] : null;
                    break;
                }

                if (reference is not BtrfsReference found || names.Count > MaxDepth)
                {
                    return null;
                }

                names.Add(new RawName(found.Name.Span));
                directory = found.Parent;
            }

            if (names.Count > MaxDepth)
            {
                return null;
            }

            number = parent;
        }

        names.Reverse();
        return names;
    }
}
