using System;
using System.Collections.Generic;

namespace VmaTools.Disks;

/// <summary>
/// A disk whose pages are kept, those used last at the most: metadata is read in small pieces that lie together. Long reads pass
/// it by.
/// </summary>
internal sealed class CachedDiskBytes : DiskBytes
{
    private const int PageSize = 64 * 1024;
    private const int MaxPages = 256;

    private readonly object _gate = new();
    private readonly DiskBytes _disk;
    private readonly Dictionary<long, LinkedListNode<Page>> _pages = [];
    private readonly LinkedList<Page> _used = new();

    public CachedDiskBytes(DiskBytes disk) => _disk = disk;

    public override long Length => _disk.Length;

    public override int SectorSize => _disk.SectorSize;

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        if (buffer.Length >= PageSize)
        {
            _disk.Read(offset, buffer);
            return;
        }

        while (!buffer.IsEmpty)
        {
            long number = offset / PageSize;
            int within = (int)(offset % PageSize);
            int length = Math.Min(buffer.Length, PageSize - within);
            if (!TryCopy(number, within, buffer.Slice(0, length)))
            {
                // A page that is lost in part may hold what is wanted here.
                _disk.Read(offset, buffer.Slice(0, length));
            }

            buffer = buffer.Slice(length);
            offset += length;
        }
    }

    protected override KnownRange FindRangeCore(long offset, long length) => _disk.FindRange(offset, length);

    private bool TryCopy(long number, int within, Span<byte> target)
    {
        lock (_gate)
        {
            if (_pages.TryGetValue(number, out LinkedListNode<Page>? node))
            {
                _used.Remove(node);
                _used.AddFirst(node);
                node.Value.Bytes.AsSpan(within, target.Length).CopyTo(target);
                return true;
            }

            long start = number * PageSize;
            int size = (int)Math.Min(PageSize, Length - start);
            KnownRange known = _disk.FindRange(start, size);
            if ((known.Length < size || known.Kind == KnownRangeKind.Lost) && HasLost(start, size))
            {
                return false;
            }

            // The page that goes gives its memory to the one that comes.
            byte[] bytes;
            if (_pages.Count >= MaxPages)
            {
                LinkedListNode<Page> last = _used.Last!;
                _used.RemoveLast();
                _pages.Remove(last.Value.Number);
                bytes = last.Value.Bytes;
            }
            else
            {
                bytes = new byte[PageSize];
            }

            _disk.Read(start, bytes.AsSpan(0, size));
            _pages[number] = _used.AddFirst(new Page(number, bytes));
            bytes.AsSpan(within, target.Length).CopyTo(target);
            return true;
        }
    }

    private bool HasLost(long start, int size)
    {
        for (int done = 0; done < size;)
        {
            KnownRange range = _disk.FindRange(start + done, size - done);
            if (range.Kind == KnownRangeKind.Lost || range.Length <= 0)
            {
                return true;
            }

            done += (int)range.Length;
        }

        return false;
    }

    private readonly record struct Page(long Number, byte[] Bytes);
}
