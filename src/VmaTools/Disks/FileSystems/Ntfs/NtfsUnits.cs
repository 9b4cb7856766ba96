using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>A stored part of a compression unit.</summary>
/// <param name="Place">The first byte on the volume.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct NtfsUnitPart(long Place, int Length);

/// <summary>
/// A compressed value, unit by unit. A unit that has all its clusters is stored as it is, one with fewer is compressed, one with
/// none is zeros.
/// </summary>
internal sealed class NtfsUnits
{
    // Windows never makes more than 64 KiB; a unit is held in memory.
    private const long MaxUnitSize = 16 << 20;
    private const int Lznt1 = 1;

    private readonly NtfsValue _value;
    private readonly long _clusters;

    /// <exception cref="VmaFileSystemException">The compression is not understood.</exception>
    public NtfsUnits(NtfsValue value)
    {
        _value = value;
        _clusters = value.UnitClusters;
        if (value.Compression != Lznt1 || _clusters > MaxUnitSize / value.Geometry.ClusterSize)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileContentNotSupported,
                $"The content is compressed in a way that is not understood here (method {value.Compression}, {_clusters} clusters at a time).",
                volumeOffset: value.Record.Offset);
        }

        Size = (int)_clusters * value.Geometry.ClusterSize;
    }

    /// <summary>Bytes of the content that a unit holds.</summary>
    public int Size { get; }

    /// <summary>Bytes of the content.</summary>
    public long Length => _value.Length;

    /// <summary>Bytes that were ever written.</summary>
    public long InitialisedLength => _value.InitialisedLength;

    public NtfsRecord Record => _value.Record;

    /// <summary>The stored parts of a unit, in order; none for zeros.</summary>
    /// <param name="number">Number of the unit.</param>
    /// <param name="isEncoded">Whether they are compressed.</param>
    /// <exception cref="VmaFileSystemException">The map is damaged.</exception>
    public List<NtfsUnitPart> Parts(long number, out bool isEncoded)
    {
        List<NtfsUnitPart> parts = [];
        isEncoded = false;
        long end = (number + 1) * _clusters;
        for (long cluster = number * _clusters; cluster < end;)
        {
            NtfsRun run = _value.FindRun(cluster);
            long count = Math.Min(run.End, end) - cluster;
            if (run.IsHole)
            {
                isEncoded = true;
            }
            else if (isEncoded)
            {
                throw Record.Damaged($"Compression unit {number} has clusters behind its end.");
            }
            else
            {
                long place = _value.PlaceOf(run) + ((cluster - run.Start) * _value.Geometry.ClusterSize);
                parts.Add(new NtfsUnitPart(place, (int)count * _value.Geometry.ClusterSize));
            }

            cluster += count;
        }

        return parts;
    }

    /// <summary>Bytes of the content from the beginning of a unit on that are nothing but a hole, in whole units; 0 for none.</summary>
    /// <exception cref="VmaFileSystemException">The map is damaged.</exception>
    public long HoleAt(long number)
    {
        long first = number * _clusters;
        NtfsRun run = _value.FindRun(first);
        return run.IsHole ? (run.End - first) / _clusters * Size : 0;
    }

    /// <summary>Where the content lies; in order, without gaps, up to its length.</summary>
    public IEnumerable<FileExtent> Extents()
    {
        FileExtent last = default;
        long length;
        for (long offset = 0; offset < Length; offset += length)
        {
            // A hole is passed as a whole: it may be longer than could be gone through unit by unit.
            long hole = HoleAt(offset / Size);
            length = Math.Min(Math.Max(hole, Size), Length - offset);
            bool isEncoded = false;
            List<NtfsUnitPart> parts = hole > 0 ? [] : Parts(offset / Size, out isEncoded);
            foreach (FileExtent extent in ExtentsOf(parts, isEncoded, offset, length))
            {
                bool joins = last.Length > 0
                    && extent.Kind == last.Kind
                    && extent.Kind != FileExtentKind.Encoded
                    && (extent.Kind == FileExtentKind.Hole || last.VolumeOffset + last.Length == extent.VolumeOffset);
                if (joins)
                {
                    last = last with { Length = last.Length + extent.Length, StoredLength = last.StoredLength + extent.StoredLength };
                    continue;
                }

                if (last.Length > 0)
                {
                    yield return last;
                }

                last = extent;
            }
        }

        if (last.Length > 0)
        {
            yield return last;
        }
    }

    private static IEnumerable<FileExtent> ExtentsOf(List<NtfsUnitPart> parts, bool isEncoded, long offset, long length)
    {
        if (parts.Count == 0)
        {
            yield return new FileExtent(offset, length, FileExtentKind.Hole);
        }
        else if (isEncoded)
        {
            long stored = 0;
            foreach (NtfsUnitPart part in parts)
            {
                stored += part.Length;
            }

            yield return new FileExtent(offset, length, FileExtentKind.Encoded, parts.Count == 1 ? parts[0].Place : null, stored);
        }
        else
        {
            for (int i = 0; i < parts.Count && length > 0; i++)
            {
                long part = Math.Min(parts[i].Length, length);
                yield return new FileExtent(offset, part, FileExtentKind.Data, parts[i].Place, part);
                offset += part;
                length -= part;
            }
        }
    }
}
