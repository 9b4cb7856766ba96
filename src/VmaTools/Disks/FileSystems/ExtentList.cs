using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems;

/// <summary>Puts the extents of a content together: in order, holes filled in, neighbours joined, cut to the length.</summary>
internal sealed class ExtentList
{
    private readonly List<FileExtent> _extents = [];
    private readonly long _length;
    private long _end;

    /// <param name="length">Bytes of the content.</param>
    public ExtentList(long length) => _length = length;

    /// <summary>Where the next extent may begin at the earliest.</summary>
    public long End => _end;

    /// <summary>Adds an extent behind those that are there.</summary>
    /// <param name="offset">Byte offset in the file; not before <see cref="End"/>.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="volumeOffset">First byte on the volume.</param>
    /// <param name="kind">Data, or what was never written.</param>
    public void Add(long offset, long length, long volumeOffset, FileExtentKind kind = FileExtentKind.Data)
    {
        if (offset >= _length || length <= 0)
        {
            return;
        }

        Fill(offset);
        length = Math.Min(length, _length - offset);
        if (_extents.Count > 0 && _extents[_extents.Count - 1] is { } last && last.Kind == kind && last.VolumeOffset + last.Length == volumeOffset)
        {
            _extents[_extents.Count - 1] = last with { Length = last.Length + length, StoredLength = last.StoredLength + length };
        }
        else
        {
            _extents.Add(new FileExtent(offset, length, kind, volumeOffset, length));
        }

        _end = offset + length;
    }

    /// <summary>The whole list, with a hole up to the end where nothing is.</summary>
    public IReadOnlyList<FileExtent> Finish()
    {
        Fill(_length);
        return _extents;
    }

    /// <summary>The extent of a finished list that a byte lies in.</summary>
    public static FileExtent Find(IReadOnlyList<FileExtent> extents, long offset)
    {
        int low = 0;
        int high = extents.Count - 1;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high + 1) / 2);
            if (extents[middle].Offset <= offset)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return extents[low];
    }

    private void Fill(long offset)
    {
        if (offset > _end)
        {
            _extents.Add(new FileExtent(_end, offset - _end, FileExtentKind.Hole));
            _end = offset;
        }
    }
}
