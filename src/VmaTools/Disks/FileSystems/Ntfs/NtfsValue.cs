using System;
using System.Collections.Generic;
using System.IO;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>
/// The value of an attribute, in one piece or many: within its record, or mapped to clusters. For one thread at a time; of the map
/// one piece is kept.
/// </summary>
internal sealed class NtfsValue
{
    private readonly NtfsAttribute _first;
    private readonly IReadOnlyList<NtfsListEntry> _pieces;
    private readonly Func<NtfsListEntry, NtfsAttribute>? _load;
    private NtfsRunList? _map;

    /// <summary>The value of an attribute that is in one piece.</summary>
    public NtfsValue(NtfsGeometry geometry, NtfsAttribute attribute)
        : this(geometry, attribute, [], null)
    {
    }

    /// <param name="geometry">Sizes.</param>
    /// <param name="first">The attribute's first piece.</param>
    /// <param name="pieces">All pieces, in order; empty where the first is the only one.</param>
    /// <param name="load">Finds a piece.</param>
    public NtfsValue(NtfsGeometry geometry, NtfsAttribute first, IReadOnlyList<NtfsListEntry> pieces, Func<NtfsListEntry, NtfsAttribute>? load)
    {
        Geometry = geometry;
        _first = first;
        _pieces = pieces;
        _load = load;
    }

    public NtfsGeometry Geometry { get; }

    public NtfsRecord Record => _first.Record;

    /// <summary>Bytes.</summary>
    public long Length => _first.ValueLength;

    public bool IsCompressed => !_first.IsResident && Compression != 0;

    /// <summary>How it is compressed: 0 for not at all, 1 for LZNT1.</summary>
    public int Compression => _first.Compression;

    /// <summary>Clusters that are compressed together.</summary>
    public long UnitClusters => 1L << Math.Min(_first.UnitPower, (byte)62);

    /// <summary>Opens the value as a stream.</summary>
    /// <param name="source">Where the bytes lie.</param>
    /// <exception cref="VmaFileSystemException">It is encrypted, or compressed in a way that is not understood.</exception>
    public Stream Open(DiskBytes source)
    {
        if (_first.IsEncrypted)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileEncrypted, "The content is encrypted by Windows (EFS); only a key of its owner opens it.", volumeOffset: Record.Offset);
        }

        if (_first.IsResident)
        {
            return new MemoryStream(_first.Value.ToArray(), writable: false);
        }

        return IsCompressed ? new NtfsCompressedStream(source, new NtfsUnits(this)) : new ExtentStream(source, Length, FindExtent);
    }

    /// <summary>The whole value.</summary>
    /// <exception cref="VmaFileSystemException">It is longer than the limit, or damaged.</exception>
    public byte[] ReadAll(DiskBytes source, int limit)
    {
        if (Length > limit)
        {
            throw Record.Damaged($"An attribute claims {Length} bytes, more than any of its type has.");
        }

        byte[] bytes = new byte[Length];
        Read(source, 0, bytes);
        return bytes;
    }

    /// <summary>Fills the buffer with a part of a value that is neither encrypted nor compressed, as those of the file system itself.</summary>
    /// <exception cref="VmaFileSystemException">The part does not lie within the value, or the map is damaged.</exception>
    public void Read(DiskBytes source, long offset, Span<byte> target)
    {
        if (offset < 0 || target.Length > Length - offset || IsCompressed || _first.IsEncrypted)
        {
            throw Record.Damaged($"An attribute of {Length} bytes cannot be read at {offset}.");
        }

        if (_first.IsResident)
        {
            _first.Value.Slice((int)offset, target.Length).CopyTo(target);
            return;
        }

        while (!target.IsEmpty)
        {
            FileExtent extent = FindExtent(offset);
            long within = offset - extent.Offset;
            int length = (int)Math.Min(target.Length, extent.Length - within);
            if (extent.Kind == FileExtentKind.Data)
            {
                source.Read(extent.VolumeOffset!.Value + within, target.Slice(0, length));
            }
            else
            {
                target.Slice(0, length).Clear();
            }

            offset += length;
            target = target.Slice(length);
        }
    }

    /// <summary>Where the value lies; in order, without gaps, up to its length.</summary>
    public IEnumerable<FileExtent> Extents()
    {
        if (_first.IsResident)
        {
            return Length == 0 ? [] : [new FileExtent(0, Length, FileExtentKind.Inline, null, Length)];
        }

        return IsCompressed ? new NtfsUnits(this).Extents() : Read();

        IEnumerable<FileExtent> Read()
        {
            for (long offset = 0; offset < Length;)
            {
                FileExtent extent = FindExtent(offset);
                long length = Math.Min(extent.Length, Length - offset);
                yield return extent with { Length = length, StoredLength = extent.Kind == FileExtentKind.Hole ? 0 : length };
                offset += length;
            }
        }
    }

    /// <summary>The run that a cluster of the value lies in.</summary>
    /// <exception cref="VmaFileSystemException">The map is damaged, or does not reach so far.</exception>
    public NtfsRun FindRun(long cluster)
    {
        if (_map is null || cluster < _map.Start || cluster >= _map.End)
        {
            _map = LoadMap(cluster);
        }

        return _map.Find(cluster);
    }

    /// <summary>The first byte on the volume of a run that is no hole.</summary>
    /// <exception cref="VmaFileSystemException">It does not lie within the file system.</exception>
    public long PlaceOf(NtfsRun run) => Geometry.OffsetOf(run.Cluster, run.Count)
        ?? throw Record.Damaged($"{run.Count} clusters of an attribute lie beyond the end of the file system.");

    /// <summary>Where a byte of the value lies on the volume; null where nothing is stored for it, or it is in the record.</summary>
    public long? PlaceOfByte(long offset) =>
        !_first.IsResident && FindExtent(offset) is { VolumeOffset: long start } extent ? start + offset - extent.Offset : null;

    /// <summary>The first byte on the volume of a part of the value that lies in one place there; else null.</summary>
    public long? PlaceOfBytes(long offset, long length) =>
        !_first.IsResident && !IsCompressed && FindExtent(offset) is { Kind: FileExtentKind.Data } extent && offset + length <= extent.Offset + extent.Length
            ? extent.VolumeOffset + offset - extent.Offset
            : null;

    /// <summary>Bytes that were ever written; those behind are zeros.</summary>
    public long InitialisedLength => Math.Min(_first.InitialisedLength, Length);

    private NtfsRunList LoadMap(long cluster)
    {
        NtfsAttribute attribute = _first;
        long lowest = 0;
        if (_pieces.Count > 0)
        {
            int index = 0;
            while (index + 1 < _pieces.Count && _pieces[index + 1].LowestCluster <= cluster)
            {
                index++;
            }

            lowest = _pieces[index].LowestCluster;
            attribute = index == 0 ? _first : _load!(_pieces[index]);
        }

        NtfsRunList map = NtfsRunList.Parse(attribute);
        return map.Start == lowest && cluster >= map.Start && cluster < map.End
            ? map
            : throw attribute.Record.Damaged($"The map of an attribute does not reach cluster {cluster}.");
    }

    private FileExtent FindExtent(long offset)
    {
        NtfsRun run = FindRun(offset / Geometry.ClusterSize);
        long start = run.Start * Geometry.ClusterSize;
        long end = run.End * Geometry.ClusterSize;
        if (run.IsHole)
        {
            return new FileExtent(start, end - start, FileExtentKind.Hole);
        }

        // What was written and what was not are two extents of a run that has both.
        long place = PlaceOf(run);
        long written = InitialisedLength;
        if (offset < written)
        {
            end = Math.Min(end, written);
            return new FileExtent(start, end - start, FileExtentKind.Data, place, end - start);
        }

        long first = Math.Max(start, written);
        return new FileExtent(first, end - first, FileExtentKind.Unwritten, place + first - start, end - first);
    }
}
