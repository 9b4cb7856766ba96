using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
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
    private const int MostSeconds = 60;

    /// <summary>How many a test runs: a constant, or VMATOOLS_FUZZ_COUNT.</summary>
    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("VMATOOLS_FUZZ_COUNT"), out int count) ? count : 1_000;

    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("VMATOOLS_FUZZ_SEED"), out int seed) ? seed : 0;

    private static readonly (uint Magic, int Checksum, int Length)[] Structures =
    [
        (0x58465342, 224, 512), (0x58444233, 4, 4096), (0x58444433, 4, 4096), (0x424d4133, 64, 4096), (0x58534c4d, 12, 4096), (0x5841524d, 12, 4096),
    ];

    [Fact]
    public void Damaged_structures_end_in_errors_of_ours()
    {
        SparseBytes volume = Replayed();
        long[] pages = [.. volume.Pages.Where(p => IsStructure(volume.Read(p, SparseBytes.PageSize)))];
        Assert.True(pages.Length > 50);
        int different = 0;
        for (int i = 0; i < Count; i++)
        {
            Random random = new(Seed + i);
            long page = pages[random.Next(pages.Length)];
            Spoil(volume, random, page, SparseBytes.PageSize);
            if (i % 2 == 0)
            {
                SealPage(volume, page);
            }

            different += Visit(volume, $"seed {Seed + i}") ? 1 : 0;
            volume.SetBack();
        }

        Assert.True(different > Count / 4, $"{different} of {Count} were noticed");
    }

    [Fact]
    public void A_damaged_log_ends_in_errors_of_ours()
    {
        SparseBytes volume = XfsReplayTests.Copy();
        XfsLog log = XfsLog.Open(XfsSuperblock.Parse(volume.Read(0, 4096), out _)!, volume)!;
        XfsLogRecord[] records = [.. XfsLogRange.Find(log).Records(log)];
        for (int i = 0; i < Count; i++)
        {
            Random random = new(Seed + i);
            XfsLogRecord record = records[random.Next(records.Length)];
            long offset = log.OffsetOf(record.Block);
            Spoil(volume, random, offset, record.Blocks * XfsLog.BlockSize);
            if (i % 8 != 0)
            {
                SealRecord(volume, offset, record.Blocks);
            }

            Visit(volume, $"seed {Seed + i}");
            volume.SetBack();
        }
    }

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

    private static void Spoil(SparseBytes volume, Random random, long offset, int length)
    {
        for (int i = random.Next(3); i >= 0; i--)
        {
            // Half of the damages go where headers are.
            int at = random.Next(2) == 0 ? (random.Next(length / 512) * 512) + random.Next(200) : random.Next(length);
            byte[] value = volume.Read(offset + at, 1);
            value[0] = random.Next(3) switch
            {
                0 => (byte)(value[0] ^ (1 << random.Next(8))),
                1 => (byte)random.Next(256),
                _ => random.Next(2) == 0 ? (byte)0 : (byte)0xff,
            };
            volume.Write(offset + at, value);
        }
    }

    /// <summary>Reads all there is; true where anything was told.</summary>
    private static bool Visit(SparseBytes volume, string what)
    {
        Stopwatch clock = Stopwatch.StartNew();
        bool isTold = false;
        try
        {
            FileSystem? opened = FileSystemReaders.Open(volume, new FileSystemOptions());
            if (opened is null)
            {
                return true;
            }

            using FileSystem fileSystem = opened;
            int left = 5_000;
            foreach (FileEntry entry in XfsTests.Walk(fileSystem))
            {
                isTold |= !Read(fileSystem, entry);
                Assert.True(--left > 0, $"{what}: too many entries");
            }

            isTold |= fileSystem.Findings.Count > 0;
        }
        catch (VmaException)
        {
            isTold = true;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
        {
            Assert.Fail($"{what}: {exception}");
        }

        Assert.True(clock.Elapsed.TotalSeconds < MostSeconds, what);
        return isTold;
    }

    private static bool Read(FileSystem fileSystem, FileEntry entry)
    {
        try
        {
            fileSystem.ReadExtendedAttributes(entry);
            if (entry.Id % 8 == 0)
            {
                fileSystem.Find(entry.Parent!, entry.Name);
            }

            if (entry.Type == FileEntryType.SymbolicLink)
            {
                fileSystem.ReadLinkTarget(entry);
            }
            else if (entry.Type == FileEntryType.File && entry.Length > 0)
            {
                // The map of large ones, and a part of what they hold.
                fileSystem.ReadAllocation(entry).Take(1000).Count();
                using Stream content = fileSystem.OpenRead(entry);
                byte[] part = new byte[4096];
                _ = content.Read(part, 0, part.Length);
                content.Position = entry.Length - 1;
                content.ReadByte();
            }

            return true;
        }
        catch (VmaException)
        {
            return false;
        }
    }

    private static bool IsStructure(byte[] page)
    {
        uint magic = BigEndian.U32(page, 0);
        return magic >> 16 == 0x494e || Structures.Any(s => s.Magic == magic) || BigEndian.U16(page, 8) is 0x3ebe or 0x3bee or 0x3df1 or 0x3dff;
    }

    /// <summary>Gives everything in a page the checksum that fits it.</summary>
    private static void SealPage(SparseBytes volume, long page)
    {
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
