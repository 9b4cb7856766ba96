using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;
using VmaTools.Files;
using VmaTools.Indexing;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>Writes a catalog: entries in the order of a walk, each before what is below it. Memory follows a block, not the volume.</summary>
internal sealed class CatalogWriter : IDisposable
{
    private readonly Stream _file;
    private readonly string _path;
    private readonly CatalogBlock _block = new();
    private readonly List<FileEntry> _open = [];
    private long _end;
    private long _entries;

    /// <param name="file">An empty file.</param>
    /// <param name="path">What is told of it where it cannot be written.</param>
    /// <param name="head">What it is of.</param>
    /// <exception cref="VmaException">The file cannot be written; so with all that writes.</exception>
    public CatalogWriter(Stream file, string path, CatalogHead head)
    {
        _file = file;
        _path = path;
        using MemoryStream content = new();
        using (BinaryWriter writer = new(content, Encoding.UTF8, leaveOpen: true))
        {
            head.Write(writer);
        }

        byte[] bytes = content.ToArray();
        Put(CatalogFormat.MakeHeader(bytes));
        Put(bytes);
    }

    /// <summary>Writes the entries of a volume.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="folds">Whether a directory folds names.</param>
    /// <returns>How many there were, and where they lie in the file.</returns>
    public (long Entries, long Start, long End) Write(IEnumerable<FileEntry> entries, Func<FileEntry, bool> folds)
    {
        long start = _end;
        _entries = 0;
        _open.Clear();
        foreach (FileEntry entry in entries)
        {
            int left = 0;
            while (_open.Count > 0 && !ReferenceEquals(_open[_open.Count - 1], entry.Parent))
            {
                _open.RemoveAt(_open.Count - 1);
                left++;
            }

            if (_block.Count == 0)
            {
                // The way down to its first entry stands in the block itself.
                _block.Begin(_open);
                left = 0;
            }

            bool isDirectory = entry.Type == FileEntryType.Directory;
            _block.Add(entry, left, isDirectory && folds(entry));
            if (isDirectory)
            {
                _open.Add(entry);
            }

            if (_block.IsFull)
            {
                WriteBlock();
            }
        }

        if (_block.Count > 0)
        {
            WriteBlock();
        }

        return (_entries, start, _end);
    }

    /// <summary>Writes what the catalog ends with.</summary>
    public void Finish(CatalogContents contents)
    {
        long offset = _end;
        using MemoryStream content = new();
        using (BinaryWriter writer = new(content, Encoding.UTF8, leaveOpen: true))
        {
            contents.Write(writer);
        }

        Append(CatalogRecordKind.Volumes, content);
        Put(CatalogFormat.MakeTrailer(offset));
    }

    public void Dispose() => _block.Dispose();

    private void WriteBlock()
    {
        using MemoryStream names = new();
        _block.WriteNames(names);
        Append(CatalogRecordKind.Names, names);
        using MemoryStream facts = new();
        _block.WriteFacts(facts);
        Append(CatalogRecordKind.Facts, facts);
        _entries += _block.Count;
        _block.Clear();
    }

    private void Append(CatalogRecordKind kind, MemoryStream content)
    {
        byte[] bytes = content.ToArray();
        Put(IndexFormat.MakeRecordHeader((int)kind, bytes));
        Put(bytes);
    }

    private void Put(byte[] bytes)
    {
        try
        {
            _file.Write(bytes, 0, bytes.Length);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            // Whoever writes it reads an archive, too.
            throw TargetErrors.Of(exception, _path);
        }

        _end += bytes.Length;
    }

    /// <summary>Appends bytes compressed, and before them how many they are.</summary>
    public static void Deflate(MemoryStream target, MemoryStream bytes)
    {
        CatalogNumbers.Write(target, (ulong)bytes.Length);
        using DeflateStream deflate = new(target, CompressionLevel.Optimal, leaveOpen: true);
        deflate.Write(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
