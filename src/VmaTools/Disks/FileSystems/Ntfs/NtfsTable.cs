using System;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary><c>$MFT</c>: the table of files, found by its own first record or, where that is damaged, by the mirror's.</summary>
internal sealed class NtfsTable
{
    // The mirror holds the first four records.
    private const int MirroredRecords = 4;

    private readonly NtfsGeometry _geometry;
    private readonly DiskBytes _metadata;
    private readonly Action<FileSystemFinding> _report;
    private readonly NtfsRunList _map;
    private readonly long _length;

    /// <exception cref="VmaFileSystemException">Neither the table's own record nor its mirror can be read.</exception>
    public NtfsTable(NtfsGeometry geometry, DiskBytes metadata, Action<FileSystemFinding> report)
    {
        _geometry = geometry;
        _metadata = metadata;
        _report = report;
        NtfsRecord record = ReadFirst();
        if (record.Find(NtfsAttributeType.Data, default) is not { IsResident: false, LowestCluster: 0 } data)
        {
            throw record.Damaged("The table of files has no map.");
        }

        // Pieces further on may be told of in records that only the pieces before lead to.
        _map = NtfsRunList.Parse(data);
        _length = Math.Min(data.ValueLength, data.InitialisedLength);
        if (record.Find(NtfsAttributeType.AttributeList, default) is NtfsAttribute list)
        {
            foreach (NtfsListEntry entry in NtfsListEntry.ReadAll(new NtfsValue(geometry, list), metadata))
            {
                if (entry.Type == NtfsAttributeType.Data && entry.Name.Length == 0 && entry.LowestCluster > 0)
                {
                    AppendPiece(entry);
                }
            }
        }
    }

    /// <summary>Records that there are, in use or not.</summary>
    public ulong Count => (ulong)(_length / _geometry.RecordSize);

    /// <summary>Reads a record and checks it.</summary>
    /// <exception cref="VmaFileSystemException">There is none of that number, or a damaged one.</exception>
    public NtfsRecord Read(ulong number)
    {
        if (number >= Count)
        {
            throw NtfsVolume.Damaged($"There is no record {number}.");
        }

        byte[] bytes = new byte[_geometry.RecordSize];
        long offset = -1;
        try
        {
            ReadAt((long)number * _geometry.RecordSize, bytes, out offset);
            return NtfsRecord.Parse(number, bytes, offset);
        }
        catch (VmaException exception) when (number < MirroredRecords)
        {
            return ReadMirror(number, exception, offset < 0 ? null : offset);
        }
    }

    private NtfsRecord ReadFirst()
    {
        if (_geometry.OffsetOf(_geometry.TableCluster, Clusters(1)) is long offset)
        {
            try
            {
                return NtfsRecord.Parse(0, _metadata.Read(offset, _geometry.RecordSize), offset);
            }
            catch (VmaException exception)
            {
                return ReadMirror(0, exception, offset);
            }
        }

        return ReadMirror(0, NtfsVolume.Damaged("The boot sector points to a table of files beyond the volume's end."), 0);
    }

    private NtfsRecord ReadMirror(ulong number, VmaException fault, long? place)
    {
        if (_geometry.OffsetOf(_geometry.MirrorCluster, Clusters(number + 1)) is not long start)
        {
            throw fault;
        }

        long offset = start + ((long)number * _geometry.RecordSize);
        NtfsRecord record;
        try
        {
            record = NtfsRecord.Parse(number, _metadata.Read(offset, _geometry.RecordSize), offset);
        }
        catch (VmaException)
        {
            throw fault;
        }

        _report(new FileSystemFinding(
            VmaCodes.FileSystemBackupUsed,
            VmaSeverity.Warning,
            $"Record {number} of the table of files is damaged; its copy in $MFTMirr is used.",
            VolumeOffset: place));
        return record;
    }

    private long Clusters(ulong records) => (((long)records * _geometry.RecordSize) + _geometry.ClusterSize - 1) / _geometry.ClusterSize;

    private void AppendPiece(NtfsListEntry entry)
    {
        NtfsRecord record = Read(entry.Reference.Number);
        NtfsRunList? piece = null;
        foreach (NtfsAttribute attribute in record.Attributes)
        {
            if (attribute.Type == NtfsAttributeType.Data && attribute.Number == entry.Number && !attribute.IsResident)
            {
                piece = NtfsRunList.Parse(attribute);
            }
        }

        if (piece is null || piece.Start != _map.End)
        {
            throw record.Damaged("It does not hold the piece of the table's map that it should.");
        }

        _map.Append(piece);
    }

    private void ReadAt(long position, Span<byte> target, out long first)
    {
        first = -1;
        while (!target.IsEmpty)
        {
            long cluster = position / _geometry.ClusterSize;
            if (cluster >= _map.End)
            {
                throw NtfsVolume.Damaged("The map of the table of files ends too early.");
            }

            NtfsRun run = _map.Find(cluster);
            if (_geometry.OffsetOf(run.Cluster, run.Count) is not long start)
            {
                throw NtfsVolume.Damaged($"The table of files has a part at cluster {run.Cluster}, beyond the volume's end.");
            }

            long within = position - (run.Start * _geometry.ClusterSize);
            int length = (int)Math.Min(target.Length, (run.Count * _geometry.ClusterSize) - within);
            _metadata.Read(start + within, target.Slice(0, length));
            first = first < 0 ? start + within : first;
            position += length;
            target = target.Slice(length);
        }
    }
}
