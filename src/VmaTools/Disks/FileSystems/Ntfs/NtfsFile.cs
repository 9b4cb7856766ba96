using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>A file or directory: its first record, and those further ones that its attribute list names. For one thread at a time.</summary>
internal sealed class NtfsFile
{
    private readonly NtfsVolume _volume;
    private readonly List<NtfsListEntry>? _list;
    private readonly bool _isDeleted;
    private NtfsRecord? _further;

    /// <param name="volume">The volume.</param>
    /// <param name="record">The first record.</param>
    /// <param name="isDeleted">True for a file whose records were given up.</param>
    /// <exception cref="VmaFileSystemException">The attribute list is damaged.</exception>
    public NtfsFile(NtfsVolume volume, NtfsRecord record, bool isDeleted = false)
    {
        _volume = volume;
        _isDeleted = isDeleted;
        Record = record;
        if (record.Find(NtfsAttributeType.AttributeList, default) is NtfsAttribute list)
        {
            _list = NtfsListEntry.ReadAll(new NtfsValue(volume.Geometry, list), volume.Metadata);
        }
    }

    /// <summary>The first record.</summary>
    public NtfsRecord Record { get; }

    /// <summary>An attribute (its first piece) by type and exact name; null where there is none.</summary>
    /// <exception cref="VmaFileSystemException">The records are damaged.</exception>
    public NtfsAttribute? Find(NtfsAttributeType type, string name = "")
    {
        if (_list is null)
        {
            return Record.Find(type, name.AsSpan());
        }

        foreach (NtfsListEntry entry in _list)
        {
            if (entry.Type == type && entry.LowestCluster == 0 && entry.Name == name)
            {
                return Load(entry);
            }
        }

        return null;
    }

    /// <summary>The attributes (their first pieces) of a type.</summary>
    /// <exception cref="VmaFileSystemException">The records are damaged.</exception>
    public IEnumerable<NtfsAttribute> FindAll(NtfsAttributeType type) => _list is null
        ? Record.Attributes.Where(a => a.Type == type)
        : _list.Where(e => e.Type == type && e.LowestCluster == 0).Select(Load);

    /// <summary>The value of an attribute by type and exact name; null where there is none.</summary>
    /// <exception cref="VmaFileSystemException">The records are damaged.</exception>
    public NtfsValue? Open(NtfsAttributeType type, string name = "") => Find(type, name) is NtfsAttribute first ? Open(first) : null;

    /// <summary>The value of an attribute whose first piece is known.</summary>
    public NtfsValue Open(NtfsAttribute first)
    {
        if (_list is null || first.IsResident)
        {
            return new NtfsValue(_volume.Geometry, first);
        }

        string name = NtfsText.Units(first.Name);
        List<NtfsListEntry> pieces = _list.Where(e => e.Type == first.Type && e.Name == name).ToList();
        for (int i = 1; i < pieces.Count; i++)
        {
            if (pieces[i].LowestCluster <= pieces[i - 1].LowestCluster)
            {
                throw Record.Damaged("Its attribute list has pieces out of order.");
            }
        }

        return new NtfsValue(_volume.Geometry, first, pieces, Load);
    }

    private NtfsAttribute Load(NtfsListEntry entry)
    {
        NtfsRecord record = RecordOf(entry.Reference);
        foreach (NtfsAttribute attribute in record.Attributes)
        {
            if (attribute.Type == entry.Type && attribute.Number == entry.Number && attribute.LowestCluster == entry.LowestCluster)
            {
                return attribute;
            }
        }

        throw Record.Damaged($"Its attribute list names an attribute {entry.Type} that record {record.Number} does not have.");
    }

    private NtfsRecord RecordOf(NtfsReference reference)
    {
        if (reference.Number == Record.Number)
        {
            return Record;
        }

        if (_further?.Number != reference.Number)
        {
            NtfsRecord further = _volume.Table.Read(reference.Number);

            // A record that is given up counts one on.
            ushort sequence = _isDeleted ? unchecked((ushort)(reference.Sequence + 1)) : reference.Sequence;
            if (further.IsInUse == _isDeleted || further.Sequence != sequence || further.Base.Number != Record.Number)
            {
                throw further.Damaged($"It is no part of record {Record.Number}, whose attribute list names it.");
            }

            _further = further;
        }

        return _further!;
    }
}
