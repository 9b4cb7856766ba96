using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>Looks through the table of files for records that no name leads to.</summary>
internal sealed class NtfsDeletedFiles
{
    // Records below are the file system's own, or kept for it.
    private const ulong FirstRecord = 24;
    private const int MaxDepth = 255;

    private readonly NtfsVolume _volume;
    private readonly FileSystem _files;
    private readonly Action<FileSystemFinding> _report;
    private readonly NtfsBitmap _bitmap;
    private NtfsReference _directory;
    private NtfsDirectory? _names;

    /// <exception cref="VmaFileSystemException">The map of clusters in use cannot be read.</exception>
    public NtfsDeletedFiles(NtfsVolume volume, FileSystem files, Action<FileSystemFinding> report)
    {
        _volume = volume;
        _files = files;
        _report = report;
        _bitmap = new NtfsBitmap(volume);
    }

    public IEnumerable<DeletedFile> Read()
    {
        for (ulong number = FirstRecord; number < _volume.Table.Count; number++)
        {
            DeletedFile? file = null;
            try
            {
                NtfsRecord record = _volume.Table.Read(number);
                file = record.Base.Value == 0 && record.Attributes.Count > 0 ? Make(record) : null;
            }
            catch (VmaException)
            {
                // A record that was never used, or of which nothing can be said.
            }

            if (file is not null)
            {
                yield return file;
            }
        }
    }

    private DeletedFile? Make(NtfsRecord record)
    {
        NtfsFile file = new(_volume, record, isDeleted: !record.IsInUse);
        List<NtfsFileName> names = NamesOf(file);
        if (record.IsInUse && names.Any(n => IsInDirectory(n, record)))
        {
            return null;
        }

        NtfsFileName? name = names.Count == 0 ? null : names[0];
        bool isCertain = false;
        FileEntry above = name is NtfsFileName last ? ParentOf(last, out isCertain) : _files.Root;
        FileEntry entry = NtfsEntryFactory.Create(_volume, above, name, file, isDeleted: true);

        // The file system's own folder holds files that are its own.
        if (entry.FullName.StartsWith("/$Extend/", StringComparison.Ordinal))
        {
            return null;
        }

        if (record.IsInUse)
        {
            _report(new FileSystemFinding(
                VmaCodes.FileSystemDamaged, VmaSeverity.Warning, $"Record {record.Number} is in use, but no directory has it.", entry.FullName, record.Offset));
        }

        return new DeletedFile(_files, _bitmap, entry, isCertain, isOrphan: record.IsInUse);
    }

    /// <summary>The names of a file, long ones before short ones.</summary>
    private static List<NtfsFileName> NamesOf(NtfsFile file) =>
        [.. file.FindAll(NtfsAttributeType.FileName)
            .Select(static a => NtfsFileName.Parse(a.Value))
            .OfType<NtfsFileName>()
            .OrderBy(static n => n.Space == NtfsFileName.Dos)];

    private bool IsInDirectory(NtfsFileName name, NtfsRecord record)
    {
        try
        {
            if (_names is null || _directory != name.Parent)
            {
                _names = new NtfsDirectory(_volume, _volume.ReadFile(name.Parent));
                _directory = name.Parent;
            }

            bool isDamaged = false;
            return _names.Find(name.Name, _ => isDamaged = true).Any(e => e.Reference.Number == record.Number) || isDamaged;
        }
        catch (VmaException)
        {
            _names = null;
            return false;
        }
    }

    /// <summary>The directory that a name is in, with those above it as far as they can be told; else the root.</summary>
    private FileEntry ParentOf(NtfsFileName name, out bool isCertain)
    {
        Stack<NtfsFileName> names = new();
        Stack<NtfsRecord> records = new();
        while (name.Parent.Number != NtfsEntryFactory.Root && names.Count < MaxDepth && DirectoryOf(name.Parent, out NtfsRecord? record) is NtfsFileName above)
        {
            names.Push(above);
            records.Push(record!);
            name = above;
        }

        isCertain = name.Parent.Number == NtfsEntryFactory.Root;
        FileEntry directory = _files.Root;
        while (names.Count > 0)
        {
            NtfsRecord record = records.Pop();
            directory = new FileEntry(directory, names.Pop().ToRawName(), FileEntryType.Directory)
            {
                Id = record.Number,
                Sequence = record.Sequence,
                IsDeleted = !record.IsInUse,
            };
        }

        return directory;
    }

    /// <summary>The name of the directory that a reference leads to; null where its record has become another file's since.</summary>
    private NtfsFileName? DirectoryOf(NtfsReference reference, out NtfsRecord? record)
    {
        record = null;
        try
        {
            // A record that is given up counts one on.
            record = _volume.Table.Read(reference.Number);
            ushort sequence = record.IsInUse ? reference.Sequence : unchecked((ushort)(reference.Sequence + 1));
            return record.IsDirectory && record.Base.Value == 0 && record.Sequence == sequence
                ? NamesOf(new NtfsFile(_volume, record, isDeleted: !record.IsInUse)).Cast<NtfsFileName?>().FirstOrDefault()
                : null;
        }
        catch (VmaException)
        {
            return null;
        }
    }
}
