using System;
using System.IO;
using VmaTools.Extents;

namespace VmaTools.Indexing;

/// <summary>Writes the extents of an archive to its index, many at a time.</summary>
internal sealed class ExtentRecorder : IDisposable
{
    /// <summary>Extents that are held back at most before they are written.</summary>
    private const int MaxHeld = 1024;

    private readonly IndexWriter _writer;
    private readonly MemoryStream _extents = new();
    private readonly BinaryWriter _extentWriter;
    private long _first;
    private int _held;

    /// <param name="writer">Where the index goes.</param>
    /// <param name="first">Number of the first extent that comes.</param>
    public ExtentRecorder(IndexWriter writer, long first)
    {
        _writer = writer;
        _first = first;
        _extentWriter = new BinaryWriter(_extents);
    }

    /// <summary>Takes an extent.</summary>
    /// <exception cref="IOException">The index cannot be written.</exception>
    public void Take(ExtentFrame frame)
    {
        ExtentCodec.Write(_extentWriter, frame);
        if (++_held >= MaxHeld)
        {
            Flush();
        }
    }

    /// <summary>Writes what is held back.</summary>
    /// <exception cref="IOException">The index cannot be written.</exception>
    public void Flush()
    {
        if (_held > 0)
        {
            _extentWriter.Flush();
            _writer.AppendExtents(_first, _held, _extents);
            _first += _held;
            _held = 0;
            _extents.SetLength(0);
        }
    }

    public void Dispose()
    {
        _extentWriter.Dispose();
        _extents.Dispose();
    }
}
