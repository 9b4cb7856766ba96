using System;
using System.IO;
using System.Linq;
using VmaTools.Images;
using VmaTools.Tests.Images.Readers;
using Xunit;

namespace VmaTools.Tests.Images;

/// <summary>Images read back by the small readers of these tests: no other program is needed.</summary>
public sealed class ReadBackTests
{
    [Theory]
    [MemberData(nameof(ImageCases.Small), MemberType = typeof(ImageCases))]
    public void Small(string variant, long diskSize, string order) =>
        AssertReadsBack(Variant.Get(variant), Scenario.Mixed(diskSize, order));

    [Theory]
    [MemberData(nameof(ImageCases.Large), MemberType = typeof(ImageCases))]
    public void Large(string variant, long diskSize) =>
        AssertReadsBack(Variant.Get(variant), ImageCases.MakeLarge(Variant.Get(variant), diskSize));

    [Theory]
    [MemberData(nameof(ImageCases.Empty), MemberType = typeof(ImageCases))]
    public void Empty(string variant, long diskSize)
    {
        using TempFolder folder = new();
        using Stream image = Write(folder, Variant.Get(variant), Scenario.Empty(diskSize));
        ImageReader reader = Variant.Get(variant).Read(image);
        Assert.True(reader.Size >= diskSize);
        if (!Variant.Get(variant).Options.Fixed)
        {
            Assert.Equal(0, reader.Allocated);
        }
    }

    /// <summary>Blocks get a place only for data that is not zero, in every format that has no fixed size.</summary>
    [Theory]
    [InlineData("vhdx", 3 << 20)]
    [InlineData("vhd", 4 << 20)]
    [InlineData("qcow2", 3 << 16)]
    [InlineData("vmdk", 3 << 16)]
    [InlineData("vmdk-stream", 3 << 16)]
    [InlineData("vdi", 3 << 20)]
    public void ZerosAreNotStored(string variant, long expected)
    {
        const int MiB = 1 << 20;
        using TempFolder folder = new();
        using FileStream image = new(folder.File("image"), FileMode.CreateNew, FileAccess.ReadWrite);
        using (ImageWriter writer = Variant.Get(variant).CreateWriter(image, 64 * MiB))
        {
            byte[] data = new byte[4 * MiB];
            Scenario.Fill(0, data.AsSpan(0, 4096));
            Scenario.Fill(MiB, data.AsSpan(MiB, 512));
            writer.Write(0, data);
            writer.WriteZeros(4 * MiB, 16 * MiB);
            writer.Write(20 * MiB, new byte[MiB]);
            Scenario.Fill(40 * MiB, data.AsSpan(0, 512));
            writer.Write(40 * MiB, data.AsSpan(0, 512));
            writer.Complete();
        }

        ImageReader reader = Variant.Get(variant).Read(image);
        Assert.Equal(expected, reader.Allocated);
        AssertHolds(reader, Scenario.Of(
            64 * MiB, new Piece(0, 4096, true), new Piece(MiB, 512, true), new Piece(40 * MiB, 512, true)));
    }

    /// <summary>Far more pages of tables than are held in memory, touched at random.</summary>
    [Theory]
    [InlineData("vhdx", 64L << 40, 3000)]
    [InlineData("qcow2", 2L << 40, 8000)]
    [InlineData("qcow2", 64L << 40, 3000)]
    [InlineData("vmdk", 2047L << 30, 8000)]
    [InlineData("vhd", 2040L << 30, 2000)]
    [InlineData("vdi", 16L << 40, 8000)]
    public void MemoryStaysSmall(string variant, long diskSize, int pages)
    {
        const long Budget = 64 << 20;
        Scenario scenario = Scenario.Scattered(diskSize, pages);
        using TempFolder folder = new();
        using FileStream image = new(folder.File("image"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using (ImageWriter writer = Variant.Get(variant).CreateWriter(image, diskSize))
        {
            scenario.WriteTo(writer);
        }

        // Everything ever allocated, which is more than was held at any time.
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < Budget, $"{allocated} bytes");
        ImageReader reader = Variant.Get(variant).Read(image);
        Assert.Equal(diskSize, reader.Size);
        byte[] actual = new byte[4096];
        byte[] expected = new byte[4096];
        foreach (Piece piece in scenario.Pieces.Where((_, i) => i % 10 == 0))
        {
            reader.Read(piece.Offset, actual);
            Scenario.Fill(piece.Offset, expected);
            Assert.True(actual.AsSpan().SequenceEqual(expected), $"differs at {piece.Offset}");
        }
    }

    /// <summary>A run over many blocks goes out as one large write: what the speed of an export hangs on.</summary>
    [Theory]
    [InlineData("qcow2", 1 << 19)]
    [InlineData("vmdk", 1 << 19)]
    [InlineData("vhdx", 1 << 20)]
    [InlineData("vhd-fixed", 1 << 20)]
    [InlineData("vdi", 1 << 20)]
    public void RunsAreWrittenInOne(string variant, int length)
    {
        using LargestWriteStream target = new();
        using ImageWriter writer = Variant.Get(variant).CreateWriter(target, 8 << 20);
        byte[] data = new byte[length];
        Scenario.Fill(0, data);
        writer.Write(512 << 10, data);
        Assert.Equal(length, target.Largest);
    }

    [Fact]
    public void SameInputSameBytes()
    {
        foreach (string name in Variant.All.Select(variant => variant.Name))
        {
            byte[] first = WriteToMemory(name);
            byte[] second = WriteToMemory(name);
            Assert.True(first.AsSpan().SequenceEqual(second), name);
        }

        static byte[] WriteToMemory(string name)
        {
            Variant variant = Variant.Get(name);
            int count = 0;
            ImageOptions options = new()
            {
                Fixed = variant.Options.Fixed,
                VmdkSubformat = variant.Options.VmdkSubformat,
                Created = DateTimeOffset.UnixEpoch,
                NewGuid = () => new Guid(++count, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
            };
            using MemoryStream target = new();
            using ImageWriter writer = ImageFormats.Create(variant.Format, options, target, 3 << 20);
            Scenario.Mixed(3 << 20, "ascending").WriteTo(writer);
            return target.ToArray();
        }
    }

    [Fact]
    public void VhdTellsItsExactSize()
    {
        using MemoryStream target = new();
        using (ImageWriter writer = Variant.Get("vhd").CreateWriter(target, (127L << 30) + 512))
        {
            writer.Complete();
        }

        VhdReader reader = new(target);
        Assert.Equal((127L << 30) + 512, reader.Size);
        Assert.Equal("win ", reader.Creator);
        Assert.Equal(new DateTime(2024, 2, 29, 12, 0, 0), reader.Created);
    }

    /// <summary>Sectors of small, medium and large disks, and the geometry that the specification's recipe gives them.</summary>
    [Theory]
    [InlineData(1L << 20, 30, 4, 17)]
    [InlineData(100L << 20, 1003, 12, 17)]
    [InlineData(200L << 20, 825, 16, 31)]
    [InlineData(1L << 30, 2080, 16, 63)]
    [InlineData(40L << 30, 20560, 16, 255)]
    [InlineData(500L << 30, 65535, 16, 255)]
    public void VhdGeometry(long diskSize, int cylinders, int heads, int perTrack)
    {
        using MemoryStream target = new();
        using (ImageWriter writer = Variant.Get("vhd").CreateWriter(target, diskSize))
        {
            writer.Complete();
        }

        Assert.Equal((cylinders, heads, perTrack), new VhdReader(target).Geometry);
    }

    [Theory]
    [InlineData("vmdk", 500L << 20, "lsilogic", 500, 64, 32)]
    [InlineData("vmdk", 1L << 30, "lsilogic", 512, 128, 32)]
    [InlineData("vmdk", 40L << 30, "lsilogic", 5221, 255, 63)]
    [InlineData("vmdk", 512L, "lsilogic", 1, 64, 32)]
    [InlineData("vmdk-ide", 1L << 30, "ide", 2080, 16, 63)]
    [InlineData("vmdk-ide", 40L << 30, "ide", 16383, 16, 63)]
    public void VmdkDescriptor(string variant, long diskSize, string adapter, int cylinders, int heads, int perTrack)
    {
        using MemoryStream target = new();
        using (ImageWriter writer = Variant.Get(variant).CreateWriter(target, diskSize))
        {
            writer.Complete();
        }

        string descriptor = new VmdkReader(target).Descriptor;
        Assert.Contains("createType=\"monolithicSparse\"\n", descriptor, StringComparison.Ordinal);
        Assert.Contains("\nCID=11223344\nparentCID=ffffffff\n", descriptor, StringComparison.Ordinal);
        Assert.Contains($"\nRW {diskSize / 512} SPARSE \"disk.vmdk\"\n", descriptor, StringComparison.Ordinal);
        Assert.Contains($"ddb.adapterType = \"{adapter}\"\n", descriptor, StringComparison.Ordinal);
        Assert.Contains($"ddb.geometry.cylinders = \"{cylinders}\"\n", descriptor, StringComparison.Ordinal);
        Assert.Contains($"ddb.geometry.heads = \"{heads}\"\n", descriptor, StringComparison.Ordinal);
        Assert.Contains($"ddb.geometry.sectors = \"{perTrack}\"\n", descriptor, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", descriptor, StringComparison.Ordinal);
    }

    [Fact]
    public void VmdkNameCannotLeaveItsQuotes()
    {
        using MemoryStream target = new();
        ImageOptions options = new() { FileName = "ü\"\nRW 1 FLAT \"x.vmdk" };
        using (ImageWriter writer = ImageFormats.Create(ImageFormat.Vmdk, options, target, 512))
        {
            writer.Complete();
        }

        Assert.Contains("\nRW 1 SPARSE \"ü__RW 1 FLAT _x.vmdk\"\n", new VmdkReader(target).Descriptor, StringComparison.Ordinal);
    }

    [Fact]
    public void VhdxTellsItsSectorsAndItsKind()
    {
        using MemoryStream target = new();
        using (ImageWriter writer = Variant.Get("vhdx-4096").CreateWriter(target, (1 << 20) + 512))
        {
            Assert.Equal((1 << 20) + 4096, writer.ImageSize);
            Assert.Equal((1 << 20) + 512, writer.DiskSize);
            writer.Complete();
        }

        VhdxReader reader = new(target);
        Assert.Equal(4096, reader.LogicalSectorSize);
        Assert.False(reader.Fixed);
        Assert.Equal((1 << 20) + 4096, reader.Size);
    }

    private static Stream Write(TempFolder folder, Variant variant, Scenario scenario)
    {
        Stream image = scenario.DiskSize <= 8 << 20
            ? new MemoryStream()
            : new FileStream(folder.File("image"), FileMode.CreateNew, FileAccess.ReadWrite);
        using ImageWriter writer = variant.CreateWriter(image, scenario.DiskSize);
        scenario.WriteTo(writer);
        return image;
    }

    private static void AssertReadsBack(Variant variant, Scenario scenario)
    {
        using TempFolder folder = new();
        using Stream image = Write(folder, variant, scenario);
        ImageReader reader = variant.Read(image);
        Assert.Equal(ImageFormats.Get(variant.Format).ImageSize(scenario.DiskSize, variant.Options), reader.Size);
        AssertHolds(reader, scenario);
    }

    /// <summary>Compares every place where the disk has data, and its surroundings; of a small disk, everything.</summary>
    private static void AssertHolds(ImageReader reader, Scenario scenario)
    {
        const int Step = 1 << 20;
        byte[] actual = new byte[Step];
        byte[] expected = new byte[Step];
        foreach (long start in StepsToCompare())
        {
            int length = (int)Math.Min(Step, reader.Size - start);
            expected.AsSpan().Clear();
            foreach (Piece piece in scenario.Pieces.Where(piece => piece.IsData && piece.Offset < start + length && piece.Offset + piece.Length > start))
            {
                byte[] data = new byte[piece.Length];
                Scenario.Fill(piece.Offset, data);
                long from = Math.Max(start, piece.Offset);
                long to = Math.Min(start + length, piece.Offset + piece.Length);
                data.AsSpan((int)(from - piece.Offset), (int)(to - from)).CopyTo(expected.AsSpan((int)(from - start)));
            }

            reader.Read(start, actual.AsSpan(0, length));
            int same = actual.AsSpan(0, length).CommonPrefixLength(expected.AsSpan(0, length));
            Assert.True(same == length, $"differs at {start + same}");
        }

        System.Collections.Generic.IEnumerable<long> StepsToCompare()
        {
            if (reader.Size <= 64 * Step)
            {
                return Enumerable.Range(0, (int)((reader.Size + Step - 1) / Step)).Select(i => (long)i * Step);
            }

            return scenario.Pieces
                .SelectMany(piece => new[] { piece.Offset / Step * Step, (piece.Offset / Step * Step) - Step, (piece.Offset / Step * Step) + Step })
                .Where(start => start >= 0 && start < reader.Size)
                .Distinct();
        }
    }

    private sealed class LargestWriteStream : MemoryStream
    {
        public int Largest { get; private set; }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Largest = Math.Max(Largest, count);
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Largest = Math.Max(Largest, buffer.Length);
            base.Write(buffer);
        }
    }
}
