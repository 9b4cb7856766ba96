namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Walks the items of a tree in the order of their keys, those that a log has changed among them.</summary>
internal sealed class BtrfsCursor
{
    private readonly BtrfsLeafWalk _walk;
    private readonly BtrfsOverlay? _overlay;
    private readonly BtrfsKey _from;
    private BtrfsItem? _stored;
    private bool _storedEnded;
    private BtrfsKey? _last;

    public BtrfsCursor(BtrfsNodes nodes, in BtrfsTreeRoot root, BtrfsOverlay? overlay, in BtrfsKey key, bool fromBefore)
    {
        _overlay = overlay;
        _from = key;
        if (fromBefore && overlay is not null)
        {
            _from = FloorOf(nodes, root, overlay, key);
            fromBefore = false;
        }

        _walk = new BtrfsLeafWalk(nodes, root, _from, fromBefore);
    }

    public BtrfsItem Current { get; private set; }

    /// <summary>Goes on to the next item; false at the end.</summary>
    /// <exception cref="VmaException">The next items are lost. The call after that goes on behind them.</exception>
    public bool MoveNext()
    {
        if (_overlay is null)
        {
            return _walk.MoveNext(out BtrfsItem item) && Take(item);
        }

        while (true)
        {
            if (_stored is null && !_storedEnded)
            {
                _storedEnded = !_walk.MoveNext(out BtrfsItem next);
                _stored = _storedEnded ? null : next;
            }

            bool hasChanged = _overlay.TryNext(_last ?? _from, _last is null, out BtrfsKey key, out byte[]? data);
            if (_stored is BtrfsItem stored && (!hasChanged || stored.Key.CompareTo(key) < 0))
            {
                _stored = null;
                return Take(stored);
            }

            if (!hasChanged)
            {
                return false;
            }

            if (_stored is BtrfsItem replaced && replaced.Key == key)
            {
                _stored = null;
            }

            _last = key;
            if (data is not null)
            {
                Current = new BtrfsItem(key, data);
                return true;
            }
        }
    }

    /// <summary>The last key that is there and not behind the one given; that one itself where there is none.</summary>
    private static BtrfsKey FloorOf(BtrfsNodes nodes, in BtrfsTreeRoot root, BtrfsOverlay overlay, in BtrfsKey key)
    {
        BtrfsKey at = key;
        while (true)
        {
            BtrfsKey? stored = new BtrfsLeafWalk(nodes, root, at, fromBefore: true).MoveNext(out BtrfsItem item) && item.Key.CompareTo(at) <= 0
                ? item.Key
                : null;
            bool hasChanged = overlay.TryBefore(at, out BtrfsKey changed, out byte[]? data);
            if (stored is null && !hasChanged)
            {
                return key;
            }

            bool isChanged = hasChanged && (stored is null || changed.CompareTo(stored.Value) >= 0);
            BtrfsKey floor = isChanged ? changed : stored!.Value;
            if (!isChanged || data is not null)
            {
                return floor;
            }

            if (floor.Offset == 0)
            {
                return key;
            }

            at = floor with { Offset = floor.Offset - 1 };
        }
    }

    private bool Take(in BtrfsItem item)
    {
        Current = item;
        _last = item.Key;
        return true;
    }
}
