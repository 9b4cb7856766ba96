using System.Collections.Generic;

namespace VmaTools.Indexing;

/// <summary>Decoded chunks, those used last, in memory that is used again. For one thread at a time.</summary>
internal sealed class ChunkCache
{
    /// <summary>32 MiB: what is read now and what is decoded ahead of it, with some room for readers elsewhere.</summary>
    private const int MaxChunks = (32 << 20) / ArchiveIndex.ChunkSize;

    private readonly Dictionary<long, LinkedListNode<Chunk>> _chunks = [];
    private readonly LinkedList<Chunk> _recent = new();
    private readonly Stack<byte[]> _spare = new();

    /// <summary>A chunk that is remembered, or null.</summary>
    public Chunk? Find(long number)
    {
        if (!_chunks.TryGetValue(number, out LinkedListNode<Chunk>? node))
        {
            return null;
        }

        if (node != _recent.First)
        {
            _recent.Remove(node);
            _recent.AddFirst(node);
        }

        return node.Value;
    }

    /// <summary>Memory to decode a chunk into: a spare piece, or that of the chunk used least recently, once there are enough.</summary>
    public byte[] TakeBuffer()
    {
        if (_spare.Count > 0)
        {
            return _spare.Pop();
        }

        if (_chunks.Count < MaxChunks)
        {
            return new byte[ArchiveIndex.ChunkSize];
        }

        Chunk last = _recent.Last!.Value;
        _chunks.Remove(last.Number);
        _recent.RemoveLast();
        return last.Bytes;
    }

    /// <summary>Takes back memory that nothing was decoded into.</summary>
    public void GiveBack(byte[] buffer) => _spare.Push(buffer);

    /// <summary>Remembers a chunk.</summary>
    public void Add(Chunk chunk)
    {
        if (_chunks.TryGetValue(chunk.Number, out LinkedListNode<Chunk>? old))
        {
            _recent.Remove(old);
            _spare.Push(old.Value.Bytes);
        }

        _chunks[chunk.Number] = _recent.AddFirst(chunk);
    }

    public void Clear()
    {
        _chunks.Clear();
        _recent.Clear();
        _spare.Clear();
    }
}

/// <summary>A piece of decoded data that has been proven.</summary>
internal sealed class Chunk
{
    public Chunk(long number, byte[] bytes, int length)
    {
        Number = number;
        Bytes = bytes;
        Length = length;
    }

    public long Number { get; }

    public byte[] Bytes { get; }

    public int Length { get; }

    /// <summary>Whether somebody has read from it.</summary>
    public bool IsRead { get; set; }
}
