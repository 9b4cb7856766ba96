using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>
/// Entries that follow each other in a walk, as they are written. Names are in their text form, which has no slash: so one stands behind
/// each and before the first, and what is looked for is looked for in all of them at once.
/// </summary>
/// <remarks><code>
/// names   number of entries, number of directories on the way down to the first, greatest length of a file, first and last second of a
///         time (first behind last where none has one); number of bytes, and these deflated: "/", the directories' names, the entries'
/// facts   number of bytes, and these deflated: column by column
///         type (a byte: type of entry, 0x40 a directory that folds names, 0x80 has no time), directories that are left before the entry,
///         length, difference of the number to the entry's before, difference of the time's second, its nanosecond
/// </code></remarks>
internal sealed class CatalogBlock : IDisposable
{
    public const byte FoldsNames = 0x40;
    public const byte HasNoTime = 0x80;
    public const byte TypeMask = 0x0F;

    private readonly MemoryStream _names = new();
    private readonly MemoryStream _types = new();
    private readonly MemoryStream _left = new();
    private readonly MemoryStream _lengths = new();
    private readonly MemoryStream _ids = new();
    private readonly MemoryStream _seconds = new();
    private readonly MemoryStream _nanoseconds = new();
    private readonly MemoryStream[] _all;
    private int _above;
    private long _maxLength;
    private long _first = 1;
    private long _last;
    private ulong _id;
    private long _second;
    private long _wayLength;

    public CatalogBlock() => _all = [_names, _types, _left, _lengths, _ids, _seconds, _nanoseconds];

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the next entry belongs to another block.</summary>
    public bool IsFull => Count == CatalogFormat.MostEntries || _names.Length >= CatalogFormat.BlockNameBytes + _wayLength;

    /// <summary>Begins a block whose first entry lies in the last of some directories.</summary>
    public void Begin(IReadOnlyList<FileEntry> way)
    {
        _names.WriteByte((byte)'/');
        foreach (FileEntry directory in way)
        {
            AddName(directory);
        }

        _above = way.Count;
        _wayLength = _names.Length;
    }

    /// <summary>Adds an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="left">How many directories were left since the one before.</param>
    /// <param name="folds">Whether it is a directory that folds names.</param>
    public void Add(FileEntry entry, int left, bool folds)
    {
        AddName(entry);
        byte type = (byte)((int)entry.Type | (folds ? FoldsNames : 0));
        long length = entry.Type == FileEntryType.File && entry.Length > 0 ? entry.Length : 0;
        _maxLength = length > _maxLength ? length : _maxLength;
        if (entry.Modified is FileTime time)
        {
            CatalogNumbers.WriteSigned(_seconds, unchecked(time.Seconds - _second));
            CatalogNumbers.Write(_nanoseconds, (ulong)time.Nanoseconds);
            _second = time.Seconds;
            bool isFirst = _first > _last;
            _first = isFirst || time.Seconds < _first ? time.Seconds : _first;
            _last = isFirst || time.Seconds > _last ? time.Seconds : _last;
        }
        else
        {
            type |= HasNoTime;
        }

        _types.WriteByte(type);
        CatalogNumbers.Write(_left, (ulong)left);
        CatalogNumbers.Write(_lengths, (ulong)length);
        CatalogNumbers.WriteSigned(_ids, unchecked((long)(entry.Id - _id)));
        _id = entry.Id;
        Count++;
    }

    public void WriteNames(MemoryStream target)
    {
        CatalogNumbers.Write(target, (ulong)Count);
        CatalogNumbers.Write(target, (ulong)_above);
        CatalogNumbers.Write(target, (ulong)_maxLength);
        CatalogNumbers.WriteSigned(target, _first);
        CatalogNumbers.WriteSigned(target, _last);
        CatalogWriter.Deflate(target, _names);
    }

    public void WriteFacts(MemoryStream target)
    {
        using MemoryStream columns = new();
        foreach (MemoryStream column in new[] { _types, _left, _lengths, _ids, _seconds, _nanoseconds })
        {
            columns.Write(column.GetBuffer(), 0, (int)column.Length);
        }

        CatalogWriter.Deflate(target, columns);
    }

    /// <summary>Forgets its entries.</summary>
    public void Clear()
    {
        foreach (MemoryStream column in _all)
        {
            column.SetLength(0);
        }

        Count = 0;
        _maxLength = 0;
        _first = 1;
        _last = 0;
        _id = 0;
        _second = 0;
    }

    public void Dispose()
    {
        foreach (MemoryStream column in _all)
        {
            column.Dispose();
        }
    }

    private void AddName(FileEntry entry)
    {
        byte[] name = Encoding.UTF8.GetBytes(entry.Name.ToPathComponent());
        _names.Write(name, 0, name.Length);
        _names.WriteByte((byte)'/');
    }
}
