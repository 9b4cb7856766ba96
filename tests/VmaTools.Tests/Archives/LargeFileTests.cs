using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>Archives and devices larger than 4 GiB, in files that are mostly holes.</summary>
public sealed class LargeFileTests : IDisposable
{
    private const int ExtentCount = 1120;
    private const int ClustersPerExtent = 59;
    private const long ExtentSize = 512 + (ClustersPerExtent * 65536L);

    private readonly TempFolder _folder = new();

    private string Archive => _folder.File("large.vma");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Archive_beyond_4_GiB_is_read_at_any_offset()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "large", ExtentCount * ClustersPerExtent * 65536L);
        byte[] header = forge.Build();
        using (FileStream file = new(Archive, FileMode.CreateNew))
        {
            MakeSparse(file);
            file.Write(header);
            for (int i = 0; i < ExtentCount; i++)
            {
                file.Position = header.Length + (i * ExtentSize);
                file.Write(FullExtent(forge.Uuid, i));

                // A mark in the last block of each extent.
                file.Position = header.Length + ((i + 1) * ExtentSize) - 8;
                file.Write(Encoding.ASCII.GetBytes($"x{i:d7}"));
            }
        }

        using CountingStream counted = new(Archive);
        using VmaArchive archive = VmaArchive.Open(counted);
        Assert.True(archive.StoredLength > 1L << 32);
        using VmaDeviceStream stream = archive.Devices[0].OpenRead();
        Assert.Empty(archive.GetMap().Findings.Kept);
        Assert.Equal(ExtentCount, archive.ReadExtents().Count());
        byte[] mark = new byte[8];
        foreach (int extent in new[] { ExtentCount - 1, 0, ExtentCount / 2, ExtentCount - 2 })
        {
            stream.Seek(((extent + 1) * ClustersPerExtent * 65536L) - 8, SeekOrigin.Begin);
            stream.ReadExactly(mark);
            Assert.Equal($"x{extent:d7}", Encoding.ASCII.GetString(mark));
        }

        // From header to header, and not through what lies between.
        Assert.InRange(counted.BytesRead, 1, 64 << 20);
        Assert.InRange(archive.GetMap().Footprint, ExtentCount * ClustersPerExtent * 8L, ExtentCount * ClustersPerExtent * 10L);
    }

    [Fact]
    public void Device_of_1_TiB_costs_what_its_extents_cost()
    {
        const long Size = 1L << 40;
        const uint Last = (uint)((Size / 65536) - 1);
        byte[] bytes = new ArchiveForge().Device(1, "huge", Size)
            .Extent(static e => e.Cluster(1, Last, 1).Cluster(1, 0).Zero(1, Last / 2)).Build();
        long before = GC.GetAllocatedBytesForCurrentThread();
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        using VmaDeviceStream stream = archive.Devices[0].OpenRead();
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
        Assert.Equal(Size, stream.Length);
        byte[] block = new byte[4096];
        stream.Seek(-65536, SeekOrigin.End);
        stream.ReadExactly(block);
        Assert.Equal(ArchiveForge.Block(1, Last, 0), block);
        stream.Seek(Last / 2 * 65536L, SeekOrigin.Begin);
        stream.ReadExactly(block);
        Assert.DoesNotContain(block, static b => b != 0);
        stream.Position = 65536;
        Assert.Equal(VmaCodes.ClusterMissing, Assert.Throws<VmaFormatException>(() => stream.Read(block, 0, 1)).Code);
        VmaPassResult result = archive.ReadForward([]);
        Assert.Equal(2, result.FindingCounts[VmaCodes.ClusterMissing]);
        Assert.Equal(Size - (3 * 65536), result.Devices[0].MissingBytes);
    }

    private static byte[] FullExtent(byte[] uuid, int index)
    {
        byte[] header = new byte[512];
        "VMAE"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), ClustersPerExtent * 16);
        uuid.CopyTo(header, 8);
        for (int i = 0; i < ClustersPerExtent; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(40 + (8 * i)), (0xffffUL << 48) | (1UL << 32) | (uint)((index * ClustersPerExtent) + i));
        }

        ArchiveForge.Sign(header, 0, 512, 24);
        return header;
    }

    private sealed class CountingStream(string path) : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1)
    {
        public long BytesRead { get; private set; }

        public override int Read(byte[] buffer, int offset, int count) => Count(base.Read(buffer, offset, count));

        public override int Read(Span<byte> buffer) => Count(base.Read(buffer));

        private int Count(int read)
        {
            BytesRead += read;
            return read;
        }
    }

    /// <summary>NTFS keeps holes only in files that ask for it.</summary>
    private static void MakeSparse(FileStream file)
    {
        if (OperatingSystem.IsWindows())
        {
            new Tool("fsutil").Try("sparse", "setflag", file.Name);
        }
    }
}
