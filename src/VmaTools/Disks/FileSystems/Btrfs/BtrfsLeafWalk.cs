using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Walks the items of a tree as it is on the disk.</summary>
internal sealed class BtrfsLeafWalk
{
    private readonly BtrfsNodes _nodes;
    private readonly BtrfsTreeRoot _root;
    private readonly BtrfsKey _from;
    private readonly bool _fromBefore;

    // From the root to the leaf; of nodes the slot that comes next, of the leaf too.
    private readonly List<(BtrfsNode Node, int Next)> _path = [];
    private BtrfsKey? _last;
    private bool _begun;

    public BtrfsLeafWalk(BtrfsNodes nodes, in BtrfsTreeRoot root, in BtrfsKey from, bool fromBefore)
    {
        _nodes = nodes;
        _root = root;
        _from = from;
        _fromBefore = fromBefore;
    }

    /// <summary>The next item; false at the end.</summary>
    /// <exception cref="VmaException">A block is damaged. The call after that goes on behind it.</exception>
    public bool MoveNext(out BtrfsItem item)
    {
        if (!_begun)
        {
            _begun = true;
            Begin();
        }

        while (_path.Count > 0)
        {
            int top = _path.Count - 1;
            (BtrfsNode node, int next) = _path[top];
            if (next >= node.Count)
            {
                _path.RemoveAt(top);
                continue;
            }

            _path[top] = (node, next + 1);
            if (node.Level > 0)
            {
                _path.Add((_nodes.Read(node.Child(next)), 0));
                continue;
            }

            BtrfsKey key = node.Key(next);
            if (_last is BtrfsKey last && key.CompareTo(last) <= 0)
            {
                _path.Clear();
                throw BtrfsErrors.Damaged($"The leaves of a Btrfs tree are not in order (logical address {node.Address}).");
            }

            _last = key;
            item = new BtrfsItem(key, node.Data(next));
            return true;
        }

        item = default;
        return false;
    }

    private void Begin()
    {
        BtrfsNode node = _nodes.Read(_root);
        while (true)
        {
            int slot = node.LowerBound(_from);
            bool isExact = slot < node.Count && node.Key(slot) == _from;
            if (node.Level == 0)
            {
                _path.Add((node, _fromBefore && !isExact && slot > 0 ? slot - 1 : slot));
                return;
            }

            // What comes before the first key of a child is in the child before it.
            slot = isExact || slot == 0 ? slot : slot - 1;
            if (slot >= node.Count)
            {
                return;
            }

            _path.Add((node, slot + 1));
            node = _nodes.Read(node.Child(slot));
        }
    }
}
