using System;
using System.Collections.Generic;

namespace VmaTools.Indexing;

/// <summary>Decoded chunks, those used last, in memory that is used again. For one thread at a time.</summary>
internal sealed class ChunkCache
{
    /// <summary>28 MiB: what is read now and what is decoded ahead of it, with some room for readers elsewhere.</summary>
    private const int MaxChunks = (28 << 20) / ArchiveIndex.ChunkSize;

    /// <summary>Chunks whose memory is taken at once.</summary>
    private const int SlabChunks = 16;

    private readonly Dictionary<long, LinkedListNode<Chunk>> _chunks = [];
    private readonly LinkedList<Chunk> _recent = new();
    private readonly Stack<ArraySegment<byte>> _spare = new();
    private int _made;

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
    public ArraySegment<byte> TakeBuffer()
    {
        if (_spare.Count == 0 && (_made < MaxChunks || _recent.Last is null))
        {
#if NETSTANDARD2_0
            byte[] slab = new byte[SlabChunks * ArchiveIndex.ChunkSize];
#else
            // Apart from what decoders come and go with, of which the collector lets the more pile up the more stays beside it.
            byte[] slab = GC.AllocateUninitializedArray<byte>(SlabChunks * ArchiveIndex.ChunkSize, pinned: true);
#endif
            for (int i = 0; i < SlabChunks; i++)
            {
                _spare.Push(new ArraySegment<byte>(slab, i * ArchiveIndex.ChunkSize, ArchiveIndex.ChunkSize));
            }

            _made += SlabChunks;
        }

        if (_spare.Count > 0)
        {
            return _spare.Pop();
        }

        Chunk last = _recent.Last!.Value;
        _chunks.Remove(last.Number);
        _recent.RemoveLast();
        return last.Bytes;
    }

    /// <summary>Takes back memory that nothing was decoded into.</summary>
    public void GiveBack(ArraySegment<byte> buffer) => _spare.Push(buffer);

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
        _made = 0;
    }
}

/// <summary>A piece of decoded data that has been proven.</summary>
internal sealed class Chunk
{
    public Chunk(long number, ArraySegment<byte> bytes, int length)
    {
        Number = number;
        Bytes = bytes;
        Length = length;
    }

    public long Number { get; }

    public ArraySegment<byte> Bytes { get; }

    public int Length { get; }

    /// <summary>Whether somebody has read from it.</summary>
    public bool IsRead { get; set; }
}
