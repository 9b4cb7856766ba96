using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>Looks through catalogs, one after the other, with buffers that stay.</summary>
internal sealed class CatalogSearch
{
    private readonly VmaFileQuery _query;
    private readonly CatalogNames _names = new();
    private readonly CatalogFacts _facts = new();
    private readonly bool[] _marks = new bool[CatalogFormat.MostEntries];
    private readonly List<string> _way = [];

    public CatalogSearch(VmaFileQuery query) => _query = query;

    /// <summary>Hands over what is looked for, in the order of the catalog.</summary>
    /// <param name="file">The catalog.</param>
    /// <param name="archivePath">Where its archive is.</param>
    /// <param name="vmId">Number of the VM.</param>
    /// <param name="receive">Takes what was found.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="InvalidDataException">The catalog is damaged; what was handed over before is right.</exception>
    public void Run(CatalogFile file, string archivePath, int? vmId, Action<VmaFoundFile> receive, CancellationToken cancellationToken)
    {
        foreach (CatalogVolume volume in file.Contents.Volumes)
        {
            if (_query.Volumes is { } wanted && !volume.IsMeant(wanted))
            {
                continue;
            }

            for (long offset = volume.Start; offset < volume.End;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                file.ReadNames(ref offset, _names);
                if (!MarkNames())
                {
                    file.SkipFacts(ref offset);
                    continue;
                }

                file.ReadFacts(ref offset, _facts, _names.Count);
                if (_query.IsOfNamesOnly || MarkFacts())
                {
                    Emit(i => receive(new VmaFoundFile(archivePath, file.Head.BackupTimeUtc, vmId, volume.Id, volume.FileSystem)
                    {
                        Name = _names.NameOf(i),
                        FullName = PathOf(i),
                        EntryType = _facts.TypeOf(i),
                        FoldsNames = _facts.FoldsNames(i),
                        Length = _facts.LengthOf(i),
                        LastWriteTimeUtc = _facts.TimeOf(i)?.ToDateTime(),
                        FileId = _facts.IdOf(i),
                    }));
                }
            }
        }
    }

    private bool MarkNames()
    {
        if (!_query.MayFit(_names.MaxLength, _names.FirstSecond, _names.LastSecond))
        {
            return false;
        }

        if (_query.Names is null)
        {
            _marks.AsSpan(0, _names.Count).Fill(true);
            return true;
        }

        _marks.AsSpan(0, _names.Count).Clear();
        bool any = false;
        foreach (NamePattern pattern in _query.Names)
        {
            any |= _names.Mark(pattern, _marks);
        }

        return any;
    }

    private bool MarkFacts()
    {
        bool any = false;
        for (int i = 0; i < _names.Count; i++)
        {
            any |= _marks[i] = _marks[i] && _query.Fits(_facts.LengthOf(i), _facts.TimeOf(i));
        }

        return any;
    }

    /// <summary>Goes through the marked entries with the way down to each.</summary>
    private void Emit(Action<int> receive)
    {
        _way.Clear();
        _way.AddRange(_names.ReadAbove());
        int last = Array.LastIndexOf(_marks, true, _names.Count - 1);
        for (int i = 0; i <= last; i++)
        {
            int left = _facts.LeftBefore(i);
            if (left > _way.Count)
            {
                throw CatalogFormat.Damaged();
            }

            _way.RemoveRange(_way.Count - left, left);
            if (_marks[i])
            {
                receive(i);
            }

            if (_facts.TypeOf(i) == FileEntryType.Directory)
            {
                _way.Add(_names.NameOf(i));
            }
        }
    }

    private string PathOf(int entry)
    {
        StringBuilder path = new();
        foreach (string name in _way)
        {
            path.Append('/').Append(name);
        }

        return path.Append('/').Append(_names.NameOf(entry)).ToString();
    }
}
