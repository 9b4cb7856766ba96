using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using Xunit;

namespace VmaTools.Tests.Images.Readers;

/// <summary>
/// A small reader of a format, written from its specification and apart from the writer; it asserts everything a strict reader
/// could complain about.
/// </summary>
internal abstract class ImageReader
{
    private readonly List<(long Start, long End, string What)> _parts = [];

    protected ImageReader(Stream image) => Image = image;

    /// <summary>The disk's size as the image claims it.</summary>
    public long Size { get; protected set; }

    /// <summary>Bytes of disk that have a place in the file.</summary>
    public long Allocated { get; protected set; }

    protected Stream Image { get; }

    public virtual void Read(long offset, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            (long position, long length) = Map(offset);
            Span<byte> part = target.Slice(0, (int)Math.Min(length, target.Length));
            if (position < 0)
            {
                part.Clear();
            }
            else
            {
                Image.Position = position;
                Image.ReadExactly(part);
            }

            offset += part.Length;
            target = target.Slice(part.Length);
        }
    }

    /// <summary>Where a byte of the disk is in the file (-1: it is zero), and how many bytes follow it there.</summary>
    protected abstract (long Position, long Length) Map(long offset);

    protected byte[] Bytes(long position, int length)
    {
        byte[] bytes = new byte[length];
        Image.Position = position;
        Image.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Notes a part of the file, so that no two overlap and none lies outside.</summary>
    protected void Part(long start, long length, string what)
    {
        Assert.True(start >= 0 && start + length <= Image.Length, $"{what} at {start} of {length} bytes reaches out of the file of {Image.Length}");
        _parts.Add((start, start + length, what));
    }

    protected void AssertPartsDoNotOverlap()
    {
        _parts.Sort();
        for (int i = 1; i < _parts.Count; i++)
        {
            Assert.True(_parts[i - 1].End <= _parts[i].Start, $"{_parts[i - 1]} overlaps {_parts[i]}");
        }
    }

    protected static uint Little32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(at));

    protected static long Little64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(at));

    protected static uint Big32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.Slice(at));

    protected static long Big64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64BigEndian(bytes.Slice(at));
}
