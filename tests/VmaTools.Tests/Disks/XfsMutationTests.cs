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
/// XFS whose structures, or whose log, were damaged at random: our errors come out, and nothing else. Half of the damages get the
/// checksums of what they hit made right again, so that they reach what is behind.
/// </summary>
public sealed class XfsMutationTests
{
    private static readonly (uint Magic, int Checksum, int Length)[] Structures =
    [
        (0x58465342, 224, 512), (0x58444233, 4, 4096), (0x58444433, 4, 4096), (0x424d4133, 64, 4096), (0x58534c4d, 12, 4096), (0x5841524d, 12, 4096),
    ];

    [Fact]
    public void Damaged_structures_end_in_errors_of_ours()
    {
        SparseBytes volume = Replayed();
        HashSet<long> pages = [.. volume.Pages.Where(p => IsStructure(volume.Read(p, SparseBytes.PageSize)))];
        Assert.True(pages.Count > 50);
        FileSystemMutations.Run(volume, Open, 300, 1, pages: pages.Contains, finish: (random, page) => SealPage(volume, random, page));
    }

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
            200,
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

    private static SparseBytes Replayed()
    {
        SparseBytes volume = XfsReplayTests.Copy();
        XfsSuperblock superblock = XfsSuperblock.Parse(volume.Read(0, 4096), out _)!;
        SparseBytes replayed = SparseBytes.CopyOf(XfsLogState.Read(superblock, volume, new FileSystemOptions()).Bytes);

        // Without its log, which would put everything right again.
        XfsLog log = XfsLog.Open(superblock, volume)!;
        replayed.Write(log.OffsetOf(0), new byte[XfsLog.BlockSize]);
        return SparseBytes.CopyOf(replayed);
    }

    private static bool IsStructure(byte[] page)
    {
        uint magic = BigEndian.U32(page, 0);
        return magic >> 16 == 0x494e || Structures.Any(s => s.Magic == magic) || BigEndian.U16(page, 8) is 0x3ebe or 0x3bee or 0x3df1 or 0x3dff;
    }

    /// <summary>Gives everything in a page the checksum that fits it, every other time.</summary>
    private static void SealPage(SparseBytes volume, Random random, long page)
    {
        if (random.Next(2) == 0)
        {
            return;
        }

        byte[] bytes = volume.Read(page, SparseBytes.PageSize);
        for (int at = 0; at < bytes.Length; at += 512)
        {
            if (BigEndian.U16(bytes, at) == 0x494e)
            {
                Seal(bytes.AsSpan(at, 512), 100);
            }
        }

        uint magic = BigEndian.U32(bytes, 0);
        foreach ((uint itsMagic, int checksum, int length) in Structures)
        {
            if (magic == itsMagic)
            {
                Seal(bytes.AsSpan(0, length), checksum);
            }
        }

        if (BigEndian.U16(bytes, 8) is 0x3ebe or 0x3bee or 0x3df1 or 0x3dff)
        {
            Seal(bytes, 12);
        }

        volume.Write(page, bytes);
    }

    private static void Seal(Span<byte> bytes, int checksum) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.Slice(checksum), XfsHeader.ChecksumOf(bytes, checksum));

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
