using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Disks;
using VmaTools.Disks.Volumes;

namespace VmaTools.Images.Reading;

/// <summary>Shows a VHDX as it will be when its log has been written to where it belongs. The file stays as it is.</summary>
internal static class VhdxLog
{
    private const int MaxLength = 64 << 20;
    private const int MaxSectors = 1 << 17;

    // Entries that are overwritten in part overlap with the newer ones, not each with all.
    private const int MaxReadings = 8;

    /// <summary>The bytes of the file with the log replayed: the bytes themselves where it is empty.</summary>
    /// <exception cref="VmaException">What the log says cannot be.</exception>
    public static DiskBytes Replay(ImageFile file, VhdxHeader header)
    {
        if (header.LogGuid.All(static b => b == 0))
        {
            return file.Bytes;
        }

        file.CheckRange(header.LogOffset, header.LogLength, "The log");
        if (header.LogLength > MaxLength)
        {
            throw file.NotSupported($"the log of {header.LogLength} bytes holds what is not written yet, and is larger than what is replayed here; have Hyper-V or QEMU open the image once.");
        }

        byte[] log = file.Bytes.Read(header.LogOffset, (int)header.LogLength);
        List<VhdxLogEntry> active = FindActive(file, log, header.LogGuid);
        if (active.Count == 0)
        {
            file.Tell(VmaCodes.ImageNotClosed, "the image was not closed; its log holds nothing whole that would have to be written.", header.LogOffset);
            return file.Bytes;
        }

        VhdxLogEntry head = active[active.Count - 1];
        if (head.FlushedLength > (ulong)file.Length || head.NeededLength > long.MaxValue)
        {
            throw file.Damaged($"its log counts on a file of {head.FlushedLength} bytes, and there are {file.Length}; it was cut.", header.LogOffset);
        }

        file.Tell(VmaCodes.ImageLogReplayed, $"the image was not closed; {active.Count} entries of its log are read as if they had been written.", header.LogOffset);
        DiskBytes all = (long)head.NeededLength > file.Length
            ? new JoinedDiskBytes([file.Bytes, new ZeroDiskBytes((long)head.NeededLength - file.Length)], file.Bytes.SectorSize)
            : file.Bytes;
        return new OverlayDiskBytes(all, VhdxLogEntry.SectorSize, Collect(file, active));
    }

    private static Dictionary<long, OverlayBlock> Collect(ImageFile file, List<VhdxLogEntry> entries)
    {
        Dictionary<long, OverlayBlock> blocks = [];
        byte[] zeros = new byte[VhdxLogEntry.SectorSize];
        foreach (VhdxLogEntry entry in entries)
        {
            entry.Replay((offset, data, length) =>
            {
                long first = offset / VhdxLogEntry.SectorSize;
                long count = length / VhdxLogEntry.SectorSize;
                if (count < 0 || count > MaxSectors || blocks.Count > MaxSectors)
                {
                    throw file.NotSupported("the log would write more than is replayed here; have Hyper-V or QEMU open the image once.");
                }

                for (long i = 0; i < count; i++)
                {
                    blocks[first + i] = new OverlayBlock(0, data ?? zeros);
                }
            });
        }

        return blocks;
    }

    /// <summary>The newest row of entries, without a gap in their numbers, that reaches back to where its last one says.</summary>
    private static List<VhdxLogEntry> FindActive(ImageFile file, byte[] log, byte[] guid)
    {
        Dictionary<int, VhdxLogEntry> entries = [];
        long budget = (long)log.Length * MaxReadings;
        for (int offset = 0; offset < log.Length; offset += VhdxLogEntry.SectorSize)
        {
            int length = VhdxLogEntry.LengthAt(log, offset, guid);
            budget -= length;
            if (budget < 0)
            {
                throw file.Damaged("the entries of its log overlap.");
            }

            if (length > 0 && VhdxLogEntry.TryRead(log, offset, length) is { } entry)
            {
                entries.Add(offset, entry);
            }
        }

        foreach (VhdxLogEntry head in entries.Values.OrderByDescending(static e => e.Sequence))
        {
            if (RowTo(head, entries, log.Length) is { } row)
            {
                return row;
            }
        }

        return [];
    }

    private static List<VhdxLogEntry>? RowTo(VhdxLogEntry head, Dictionary<int, VhdxLogEntry> entries, int logLength)
    {
        List<VhdxLogEntry> row = [];
        for (int offset = (int)Math.Min(head.Tail, int.MaxValue); row.Count < entries.Count;)
        {
            if (!entries.TryGetValue(offset, out VhdxLogEntry? entry)
                || (row.Count > 0 && entry.Sequence != row[row.Count - 1].Sequence + 1))
            {
                return null;
            }

            row.Add(entry);
            if (entry == head)
            {
                return row;
            }

            offset = (entry.Offset + entry.Length) % logLength;
        }

        return null;
    }
}
