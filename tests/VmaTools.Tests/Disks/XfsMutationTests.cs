using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using VmaTools.Disks.FileSystems.Xfs;
using VmaTools.Disks.FileSystems.Xfs.Log;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>
/// XFS whose log was damaged at random: our errors come out, and nothing else. Most damages get the checksums of what they hit made right
/// again, so that they reach what is behind.
/// </summary>
public sealed class XfsMutationTests
{
    [Fact]
    public void A_damaged_log_ends_in_errors_of_ours()
    {
        SparseBytes volume = XfsReplayTests.Copy();
        XfsLog log = XfsLog.Open(XfsSuperblock.Parse(volume.Read(0, 4096), out _)!, volume)!;
        XfsLogRecord[] records = [.. XfsLogRange.Find(log).Records(log)];
        HashSet<long> pages =
        [
            .. records.SelectMany(r => Enumerable.Range(r.Block, r.Blocks))
                .Select(b => log.OffsetOf(b) / SparseBytes.PageSize * SparseBytes.PageSize),
        ];
        FileSystemMutations.Run(
            volume,
            Open,
            500,
            1,
            pages: pages.Contains,
            finish: (random, page) =>
            {
                foreach (XfsLogRecord record in records)
                {
                    long offset = log.OffsetOf(record.Block);
                    if (offset < page + SparseBytes.PageSize && page < offset + (record.Blocks * XfsLog.BlockSize) && random.Next(8) > 0)
                    {
                        SealRecord(volume, offset, record.Blocks);
                    }
                }
            });
    }

    private static FileSystem? Open(DiskBytes volume) => FileSystemReaders.Open(volume, new FileSystemOptions());

    /// <summary>Gives a record of the log, which is shorter than 32 KiB here, its checksum.</summary>
    private static void SealRecord(SparseBytes volume, long offset, int blocks)
    {
        byte[] bytes = volume.Read(offset, blocks * XfsLog.BlockSize);
        int length = Math.Min((int)BigEndian.U32(bytes, 12) & int.MaxValue, bytes.Length - XfsLog.BlockSize);
        uint crc = Crc32C.Append(Crc32C.Initial, bytes.AsSpan(0, 32));
        crc = Crc32C.Append(crc, [0, 0, 0, 0]);
        crc = Crc32C.Append(crc, bytes.AsSpan(36, 328 - 36));
        crc = Crc32C.Append(crc, bytes.AsSpan(XfsLog.BlockSize, length));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(32), crc);
        volume.Write(offset, bytes);
    }
}
