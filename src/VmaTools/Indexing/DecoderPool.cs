using System;
using System.Collections.Generic;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>
/// The decoders of an archive's intervals: at work, waiting where they stopped, or closed and known to have been read lately. It
/// bounds how many there are, and what memory those take that are open. Its user's lock guards it.
/// </summary>
internal sealed class DecoderPool
{
    /// <summary>Decoders that are at work, or wait where they stopped for readers that go on from there.</summary>
    private const int MaxOpen = 4;

    /// <summary>Bytes that the windows of these take together, unless one alone takes more.</summary>
    private const long MaxWindows = 36 << 20;

    /// <summary>Intervals that are known to have been read lately.</summary>
    private const int MaxDecoders = 16;

    private readonly SeekableSource _source;
    private readonly WindowBuffers _windows;
    private readonly LinkedList<IntervalDecoder> _decoders = new();
    private int _busy;

    /// <param name="source">The archive.</param>
    /// <param name="maxWindow">Bytes of the largest window that the archive's checkpoints have.</param>
    public DecoderPool(SeekableSource source, long maxWindow)
    {
        _source = source;
        MostOpen = (int)Math.Max(1, Math.Min(MaxOpen, MaxWindows / (Math.Min(maxWindow, int.MaxValue) + (1 << 18))));
        _windows = new WindowBuffers(MostOpen);
    }

    /// <summary>How many may be open at the same time.</summary>
    public int MostOpen { get; }

    /// <summary>Whether any is at work.</summary>
    public bool IsBusy => _busy > 0;

    /// <summary>The decoder of an interval, at the head of those used last.</summary>
    public IntervalDecoder Get(ArchiveIndex index, int interval)
    {
        for (LinkedListNode<IntervalDecoder>? node = _decoders.First; node is not null; node = node.Next)
        {
            if (node.Value.Interval == interval)
            {
                if (node != _decoders.First)
                {
                    _decoders.Remove(node);
                    _decoders.AddFirst(node);
                }

                return node.Value;
            }
        }

        for (LinkedListNode<IntervalDecoder>? node = _decoders.Last; node is not null && _decoders.Count >= MaxDecoders;)
        {
            LinkedListNode<IntervalDecoder>? previous = node.Previous;
            if (!node.Value.IsBusy)
            {
                node.Value.Close();
                _decoders.Remove(node);
            }

            node = previous;
        }

        return _decoders.AddFirst(new IntervalDecoder(_source, index, _windows, interval)).Value;
    }

    /// <summary>Whether a decoder is still one of these.</summary>
    public bool Contains(IntervalDecoder decoder) => _decoders.Contains(decoder);

    /// <summary>Takes a decoder to work with, alone; false where that has to wait for somebody.</summary>
    /// <exception cref="System.IO.InvalidDataException">The index is damaged.</exception>
    public bool TryBegin(IntervalDecoder decoder, ArchiveIndex index, long chunk)
    {
        if (decoder.IsBusy || (!decoder.IsOpen && !MakeRoom()))
        {
            return false;
        }

        decoder.Prepare(index, chunk);
        decoder.IsBusy = true;
        _busy++;
        return true;
    }

    /// <summary>Has a decoder wait where it stands.</summary>
    public void End(IntervalDecoder decoder)
    {
        decoder.IsBusy = false;
        _busy--;
    }

    /// <summary>Closes and forgets all, and gives their memory back; none may be at work.</summary>
    public void Clear()
    {
        foreach (IntervalDecoder decoder in _decoders)
        {
            decoder.Close();
        }

        _decoders.Clear();
        _windows.Clear();
    }

    /// <summary>Closes waiting decoders until one more may be open; false where all are at work.</summary>
    private bool MakeRoom()
    {
        int open = _busy;
        foreach (IntervalDecoder decoder in _decoders)
        {
            open += !decoder.IsBusy && decoder.IsOpen ? 1 : 0;
        }

        for (LinkedListNode<IntervalDecoder>? node = _decoders.Last; node is not null && open >= MostOpen; node = node.Previous)
        {
            if (!node.Value.IsBusy && node.Value.IsOpen)
            {
                node.Value.Close();
                open--;
            }
        }

        return open < MostOpen;
    }
}
