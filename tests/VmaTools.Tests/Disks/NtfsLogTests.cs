using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Disks.FileSystems.Ntfs;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>What the log of NTFS tells of a volume that was in use. The logs are laid out as Windows does.</summary>
public sealed class NtfsLogTests
{
    private const int PageSize = 4096;
    private const int SequenceBits = 43;
    private const ulong Sequence = 4;

    private static readonly Lazy<SparseBytes> Volume = new(static () => FatTests.Copy("ntfs-small"));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_log_whose_changes_are_in_place_covers_the_volume(int version)
    {
        SparseBytes volume = SparseBytes.CopyOf(Volume.Value);
        Log log = new(volume, version);
        log.Add(0x07, 1, RecordOf(volume, 70));
        log.Add(0x1b, 1, null);
        SetLsn(volume, 70, log.Lsns[0]);
        log.Write(volume, isClosed: false);
        using FileSystem fileSystem = XfsTests.Open(volume);
        Assert.Equal(FileSystemState.Covered, fileSystem.State);
        Assert.Contains("all 1 changes", fileSystem.StateText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Committed_changes_that_are_not_in_place_are_told(int version)
    {
        SparseBytes volume = SparseBytes.CopyOf(Volume.Value);
        Log log = new(volume, version);
        for (int i = 0; i < 150; i++)
        {
            // So many that they fill more than a page.
            log.Add(0x07, 1, RecordOf(volume, 70));
        }

        log.Add(0x1b, 1, null);
        log.Add(0x07, 2, RecordOf(volume, 71));
        SetLsn(volume, 70, log.Lsns[99]);
        log.Write(volume, isClosed: false);
        using (FileSystem fileSystem = XfsTests.Open(volume))
        {
            Assert.Equal(FileSystemState.Dirty, fileSystem.State);
            Assert.Contains("50 changes (of 150)", fileSystem.StateText, StringComparison.Ordinal);
            Assert.Contains("1 transactions were not finished", fileSystem.StateText, StringComparison.Ordinal);
        }

        // The newest page is there as a copy only.
        log.Write(volume, isClosed: false, newestAsCopy: true);
        using (FileSystem fileSystem = XfsTests.Open(volume))
        {
            Assert.Contains("50 changes (of 150)", fileSystem.StateText, StringComparison.Ordinal);
        }

        log.Write(volume, isClosed: true);
        using FileSystem closed = XfsTests.Open(volume);
        Assert.Equal(FileSystemState.Clean, closed.State);
    }

    [Fact]
    public void A_log_that_breaks_off_tells_nothing()
    {
        SparseBytes volume = SparseBytes.CopyOf(Volume.Value);
        Log log = new(volume, 2);
        log.Add(0x07, 1, RecordOf(volume, 70));
        log.Add(0x1b, 1, null);
        log.Write(volume, isClosed: false, current: log.Lsns[1] + 100);
        using FileSystem fileSystem = XfsTests.Open(volume);
        Assert.Equal(FileSystemState.Unknown, fileSystem.State);
    }

    private static (long Cluster, int Within) RecordOf(SparseBytes volume, int number)
    {
        NtfsGeometry geometry = NtfsGeometry.Parse(volume.Read(0, 512))!;
        long offset = (geometry.TableCluster * geometry.ClusterSize) + (number * geometry.RecordSize);
        return (offset / geometry.ClusterSize, (int)(offset % geometry.ClusterSize));
    }

    private static void SetLsn(SparseBytes volume, int number, ulong lsn)
    {
        (long cluster, int within) = RecordOf(volume, number);
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, lsn);
        volume.Write((cluster * 4096) + within + 8, bytes);
    }

    /// <summary>Puts a log together, record behind record.</summary>
    private sealed class Log
    {
        private readonly int _version;
        private readonly long _fileSize;
        private readonly (long Offset, long Length, long Place)[] _places;
        private readonly SortedDictionary<long, byte[]> _pages = [];
        private long _next;

        public Log(SparseBytes volume, int version)
        {
            _version = version;
            using FileSystem fileSystem = XfsTests.Open(volume);
            FileEntry file = fileSystem.Find(fileSystem.Root, RawName.Parse("$LogFile"))!;
            _places = [.. fileSystem.ReadAllocation(file).Select(static e => (e.Offset, e.Length, e.VolumeOffset!.Value))];
            _fileSize = file.Length / PageSize * PageSize;

            // The log wraps after the first page, so that the next begins it anew.
            _next = _fileSize - PageSize + 64;
        }

        public List<ulong> Lsns { get; } = [];

        private long FirstPage => (_version >= 2 ? 34 : 4) * PageSize;

        public void Add(ushort operation, uint transaction, (long Cluster, int Within)? target)
        {
            byte[] record = new byte[48 + 40];
            if (PageSize - (_next % PageSize) < 48)
            {
                _next = NextPage(_next);
            }

            ulong sequence = Lsns.Count > 0 && _next < _fileSize - PageSize ? Sequence + 1 : Sequence;
            ulong lsn = (sequence << (64 - SequenceBits)) | ((ulong)_next >> 3);
            Lsns.Add(lsn);
            BinaryPrimitives.WriteUInt64LittleEndian(record, lsn);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(24), 40);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(32), 1);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(36), transaction);
            BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(48), operation);
            if (target is (long cluster, int within))
            {
                BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(48 + 14), 1);
                BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(48 + 20), (ushort)(within / 512));
                BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(48 + 32), cluster);
            }

            for (int done = 0; done < record.Length;)
            {
                if (_next % PageSize == 0)
                {
                    _next = NextPage(_next - 1);
                }

                int part = (int)Math.Min(record.Length - done, PageSize - (_next % PageSize));
                record.AsSpan(done, part).CopyTo(PageAt(_next).AsSpan((int)(_next % PageSize)));
                BinaryPrimitives.WriteUInt64LittleEndian(PageAt(_next).AsSpan(32), lsn);
                done += part;
                _next += part;
            }
        }

        public void Write(SparseBytes volume, bool isClosed, bool newestAsCopy = false, ulong? current = null)
        {
            Put(volume, 0, new byte[_fileSize]);
            for (int i = 0; i < 2; i++)
            {
                byte[] page = new byte[PageSize];
                "RSTR"u8.CopyTo(page);
                BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(16), PageSize);
                BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(20), PageSize);
                BinaryPrimitives.WriteInt16LittleEndian(page.AsSpan(24), 64);
                BinaryPrimitives.WriteInt16LittleEndian(page.AsSpan(26), (short)(_version >= 2 ? 0 : 1));
                BinaryPrimitives.WriteInt16LittleEndian(page.AsSpan(28), (short)_version);
                Span<byte> area = page.AsSpan(64);
                BinaryPrimitives.WriteUInt64LittleEndian(area, i == 0 ? current ?? Lsns[0] : Lsns[0] - 1);
                BinaryPrimitives.WriteInt16LittleEndian(area.Slice(8), 1);
                BinaryPrimitives.WriteInt16LittleEndian(area.Slice(10), -1);
                BinaryPrimitives.WriteInt16LittleEndian(area.Slice(14), (short)(isClosed ? 2 : 0));
                BinaryPrimitives.WriteInt32LittleEndian(area.Slice(16), SequenceBits);
                BinaryPrimitives.WriteInt16LittleEndian(area.Slice(22), 64);
                BinaryPrimitives.WriteInt64LittleEndian(area.Slice(24), _fileSize);
                BinaryPrimitives.WriteInt16LittleEndian(area.Slice(36), 48);
                BinaryPrimitives.WriteInt16LittleEndian(area.Slice(38), 64);
                BinaryPrimitives.WriteUInt64LittleEndian(area.Slice(64), Lsns[0]);
                Put(volume, i * PageSize, Protect(page, 30));
            }

            // A copy says where it belongs; of version 2 a page says it itself.
            long newest = (_next - 1) / PageSize * PageSize;
            foreach ((long offset, byte[] page) in _pages)
            {
                byte[] copy = [.. page];
                bool isCopy = newestAsCopy && offset == newest;
                BinaryPrimitives.WriteInt64LittleEndian(copy.AsSpan(8), isCopy && _version < 2 ? offset : (long)Lsns[^1]);
                BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(60), _version >= 2 ? (uint)offset : 0);
                Put(volume, isCopy ? 2 * PageSize : offset, Protect(copy, 40));
            }
        }

        private long NextPage(long offset)
        {
            long page = (offset / PageSize * PageSize) + PageSize;
            return (page < _fileSize ? page : FirstPage) + 64;
        }

        private byte[] PageAt(long offset)
        {
            long start = offset / PageSize * PageSize;
            if (!_pages.TryGetValue(start, out byte[]? page))
            {
                _pages[start] = page = new byte[PageSize];
                "RCRD"u8.CopyTo(page);
            }

            return page;
        }

        private static byte[] Protect(byte[] page, int array)
        {
            BinaryPrimitives.WriteInt16LittleEndian(page.AsSpan(4), (short)array);
            BinaryPrimitives.WriteInt16LittleEndian(page.AsSpan(6), (PageSize / 512) + 1);
            page[array] = 7;
            page[array + 1] = 0;
            for (int i = 0; i < PageSize / 512; i++)
            {
                page.AsSpan((i * 512) + 510, 2).CopyTo(page.AsSpan(array + 2 + (i * 2)));
                page[(i * 512) + 510] = 7;
                page[(i * 512) + 511] = 0;
            }

            return page;
        }

        private void Put(SparseBytes volume, long offset, byte[] bytes)
        {
            foreach ((long start, long length, long place) in _places)
            {
                long from = Math.Max(start, offset);
                long to = Math.Min(start + length, offset + bytes.Length);
                if (from < to)
                {
                    volume.Write(place + from - start, bytes.AsSpan((int)(from - offset), (int)(to - from)));
                }
            }
        }
    }
}
