using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using VmaTools.Bytes;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>Appends to an index file; what was appended stays valid whatever happens later.</summary>
internal sealed class IndexWriter
{
    private readonly FileStream _file;
    private readonly string _path;
    private long _end;
    private readonly List<long> _starts = [];
    private readonly List<long> _storedStarts = [];
    private readonly List<long> _intervals = [];
    private readonly List<long> _extents = [];

    /// <summary>Begins a file for an archive.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">What is told of it where it cannot be written.</param>
    /// <param name="head">What archive it is of.</param>
    /// <exception cref="VmaException">The file cannot be written; so with all that writes.</exception>
    public IndexWriter(FileStream file, string path, IndexHead head)
    {
        _file = file;
        _path = path;
        byte[] content = Bytes(head.Write);
        byte[] header = new byte[IndexFormat.HeaderSize];
        IndexFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), IndexFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), content.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), Xxh64.Of(content));
        Put(() =>
        {
            _file.SetLength(0);
            _file.Position = 0;
            _file.Write(header, 0, header.Length);
            _file.Write(content, 0, content.Length);
            _file.Flush();
        });
        _end = header.Length + content.Length;
    }

    /// <summary>Goes on with a file behind the records that a build before left in it.</summary>
    public IndexWriter(FileStream file, string path, PartialIndex partial)
    {
        _file = file;
        _path = path;
        Put(() => _file.SetLength(partial.End));
        _end = partial.End;
        _starts.AddRange(partial.Starts);
        _storedStarts.AddRange(partial.StoredStarts);
        _intervals.AddRange(partial.Intervals);
        _extents.AddRange(partial.Extents);
    }

    public void Append(Interval interval, ReadOnlySpan<ulong> digests)
    {
        _starts.Add(interval.Start.DecodedPosition);
        _storedStarts.Add(interval.Start.CompressedPosition);
        _intervals.Add(_end);
        using MemoryStream content = new();
        using (BinaryWriter writer = new(content, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(interval.Start.DecodedPosition);
            writer.Write(interval.Start.CompressedPosition);
            writer.Write(interval.End);
            writer.Write(interval.MaxWindow);
            writer.Write(digests.Length);
            foreach (ulong digest in digests)
            {
                writer.Write(digest);
            }
        }

        Deflate(content, writer => CheckpointCodec.Write(writer, interval.Start, interval.Window));
        Append(RecordKind.Interval, content);
    }

    /// <summary>Appends extents that <see cref="ExtentCodec"/> wrote.</summary>
    public void AppendExtents(long firstIndex, int count, MemoryStream frames)
    {
        _extents.Add(_end);
        using MemoryStream content = new();
        using (BinaryWriter writer = new(content, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(firstIndex);
            writer.Write(count);
        }

        Deflate(content, writer => writer.Write(frames.GetBuffer(), 0, (int)frames.Length));
        Append(RecordKind.Extents, content);
    }

    /// <summary>Appends what is known at the end, which makes the index complete.</summary>
    public void Finish(IndexSummary summary, ExtentFrame? end)
    {
        if (_intervals.Count > 0)
        {
            GatherExtents();
        }

        long endRecord = _end;
        using MemoryStream content = new();
        using (BinaryWriter writer = new(content, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            summary.Write(writer);
            writer.Write(end is not null);
            if (end is not null)
            {
                ExtentCodec.Write(writer, end);
            }

            writer.Write(_starts.Count);
            for (int i = 0; i < _starts.Count; i++)
            {
                writer.Write(_starts[i]);
                writer.Write(_storedStarts[i]);
                writer.Write(_intervals[i]);
            }

            writer.Write(_extents.Count);
            foreach (long offset in _extents)
            {
                writer.Write(offset);
            }
        }

        Append(RecordKind.End, content);
        byte[] trailer = IndexFormat.MakeTrailer(endRecord);
        Put(() =>
        {
            _file.Write(trailer, 0, trailer.Length);
            _file.Flush();
        });
    }

    /// <summary>Appends all extents once more, one behind the other: whoever is far away gets them, and what follows, at once.</summary>
    private void GatherExtents()
    {
        using StreamBytes written = new(_file, 0);
        for (int i = 0; i < _extents.Count; i++)
        {
            using MemoryStream content = new();
            Put(() =>
            {
                if (!ArchiveIndex.TryReadRecord(written, _extents[i], out _, out byte[] record))
                {
                    throw new IOException("What was written is not there any more.");
                }

                content.Write(record, 0, record.Length);
            });
            _extents[i] = _end;
            Append(RecordKind.Extents, content);
        }
    }

    private static byte[] Bytes(Action<BinaryWriter> write)
    {
        using MemoryStream content = new();
        using BinaryWriter writer = new(content);
        write(writer);
        writer.Flush();
        return content.ToArray();
    }

    private static void Deflate(MemoryStream target, Action<BinaryWriter> write)
    {
        target.Position = target.Length;
        using DeflateStream deflate = new(target, CompressionLevel.Fastest, leaveOpen: true);
        using BufferedStream buffered = new(deflate, 1 << 14);
        using BinaryWriter writer = new(buffered);
        write(writer);
    }

    private void Append(RecordKind kind, MemoryStream content)
    {
        int length = (int)content.Length;
        byte[] header = IndexFormat.MakeRecordHeader((int)kind, content.GetBuffer().AsSpan(0, length));

        // Who goes on with a build reads what it has in between.
        Put(() =>
        {
            _file.Position = _end;
            _file.Write(header, 0, header.Length);
            _file.Write(content.GetBuffer(), 0, length);
            _file.Flush();
        });
        _end += header.Length + length;
    }

    /// <summary>What cannot be written is told of the index: whoever builds it reads an archive, too.</summary>
    private void Put(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, _path);
        }
    }
}
