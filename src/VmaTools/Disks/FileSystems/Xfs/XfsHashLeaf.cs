using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>Hashes of names in order, each with where in the directory its name stands.</summary>
internal sealed class XfsHashLeaf
{
    /// <summary>Bytes of an entry: hash and place.</summary>
    public const int EntrySize = 8;

    private readonly byte[] _entries;

    public XfsHashLeaf(ReadOnlySpan<byte> entries) => _entries = entries.ToArray();

    public int Count => _entries.Length / EntrySize;

    public uint Hash(int index) => BigEndian.U32(_entries, index * EntrySize);

    /// <summary>Where the name stands, in units of 8 bytes from the directory's first; 0 for one that was removed.</summary>
    public uint Place(int index) => BigEndian.U32(_entries, (index * EntrySize) + 4);

    /// <summary>The first entry whose hash is not lower; the count where there is none.</summary>
    public int Search(uint hash)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Hash(middle) < hash)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
