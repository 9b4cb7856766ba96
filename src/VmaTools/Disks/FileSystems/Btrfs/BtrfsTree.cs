using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>A tree as it is on the disk, and what a log has changed of it.</summary>
internal sealed class BtrfsTree
{
    private readonly BtrfsNodes _nodes;

    public BtrfsTree(BtrfsNodes nodes, in BtrfsTreeRoot root)
    {
        _nodes = nodes;
        Root = root;
    }

    public BtrfsTreeRoot Root { get; }

    /// <summary>What a log has changed; null for nothing.</summary>
    public BtrfsOverlay? Overlay { get; set; }

    /// <summary>The item of that key.</summary>
    /// <exception cref="VmaException">The way to it is damaged.</exception>
    public bool TryGet(in BtrfsKey key, out BtrfsItem item)
    {
        if (Overlay is not null && Overlay.TryGet(key, out byte[]? changed))
        {
            item = new BtrfsItem(key, changed);
            return changed is not null;
        }

        BtrfsNode node = _nodes.Read(Root);
        while (true)
        {
            int slot = node.LowerBound(key);
            bool isExact = slot < node.Count && node.Key(slot) == key;
            if (node.Level == 0)
            {
                item = isExact ? new BtrfsItem(key, node.Data(slot)) : default;
                return isExact;
            }

            slot -= isExact ? 0 : 1;
            if (slot < 0)
            {
                item = default;
                return false;
            }

            node = _nodes.Read(node.Child(slot));
        }
    }

    /// <summary>The items from a key on.</summary>
    public BtrfsCursor Seek(in BtrfsKey from) => new(_nodes, Root, Overlay, from, fromBefore: false);

    /// <summary>The items from the last one on that is not behind a key; from the first where all are.</summary>
    public BtrfsCursor SeekBefore(in BtrfsKey key) => new(_nodes, Root, Overlay, key, fromBefore: true);

    /// <summary>The items of one object and type.</summary>
    public IEnumerable<BtrfsItem> Of(ulong number, byte type)
    {
        BtrfsCursor cursor = Seek(new BtrfsKey(number, type, 0));
        while (cursor.MoveNext() && cursor.Current.Key.Number == number && cursor.Current.Key.Type == type)
        {
            yield return cursor.Current;
        }
    }
}
