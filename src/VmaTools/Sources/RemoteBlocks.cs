using System.Collections.Generic;

namespace VmaTools.Sources;

/// <summary>The blocks of files on servers that were used last, of all files together.</summary>
internal sealed class RemoteBlocks
{
    /// <summary>Bytes of a block: no less is asked for.</summary>
    public const int BlockSize = 4 << 10;

    /// <summary>Bytes that are asked for when a file is first looked at: most headers are there whole.</summary>
    public const int FirstLook = 8 * BlockSize;

    /// <summary>Blocks take no more than 64 MiB together.</summary>
    public const int MaxCount = (64 << 20) / BlockSize;

    private readonly Dictionary<(RemoteFile File, long Number), LinkedListNode<((RemoteFile File, long Number) Key, byte[] Bytes)>> _nodes = [];
    private readonly LinkedList<((RemoteFile File, long Number) Key, byte[] Bytes)> _recent = new();

    /// <summary>Those of the process.</summary>
    public static RemoteBlocks Shared { get; } = new();

    /// <summary>Number of blocks that are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_recent)
            {
                return _nodes.Count;
            }
        }
    }

    /// <summary>A block, or null where it is not remembered.</summary>
    public byte[]? Find(RemoteFile file, long number)
    {
        lock (_recent)
        {
            if (!_nodes.TryGetValue((file, number), out LinkedListNode<((RemoteFile File, long Number) Key, byte[] Bytes)>? node))
            {
                return null;
            }

            _recent.Remove(node);
            _recent.AddFirst(node);
            return node.Value.Bytes;
        }
    }

    /// <summary>Remembers a block.</summary>
    public void Add(RemoteFile file, long number, byte[] bytes)
    {
        lock (_recent)
        {
            if (_nodes.TryGetValue((file, number), out LinkedListNode<((RemoteFile File, long Number) Key, byte[] Bytes)>? known))
            {
                _recent.Remove(known);
            }

            _nodes[(file, number)] = _recent.AddFirst(((file, number), bytes));
            if (_nodes.Count > MaxCount)
            {
                _nodes.Remove(_recent.Last!.Value.Key);
                _recent.RemoveLast();
            }
        }
    }
}
