using System;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>What no common writer makes, yet the format allows: it reads right and nothing is found wrong with it.</summary>
public class LegalOdditiesTests
{
    [Fact]
    public void Extent_of_59_clusters() => Holds(new ArchiveForge()
        .Device(1, "a", 59 * 65536)
        .Extent(static e =>
        {
            for (uint i = 0; i < 59; i++)
            {
                e.Cluster(1, i);
            }
        }));

    [Fact]
    public void Gaps_between_slots() => Holds(new ArchiveForge()
        .Device(1, "a", 3 * 65536)
        .Extent(static e => e.Gap(5).Cluster(1, 0).Gap().Zero(1, 1).Gap(20).Cluster(1, 2, 0x5555)));

    [Fact]
    public void Empty_extents() => Holds(new ArchiveForge()
        .Device(1, "a", 65536)
        .Extent(static _ => { })
        .Extent(static e => e.Gap(59))
        .Extent(static e => e.Cluster(1, 0))
        .Extent(static _ => { }));

    [Fact]
    public void Garbage_in_the_number_of_an_empty_slot() => Holds(new ArchiveForge()
        .Device(1, "a", 65536)
        .Extent(static e => e.Slot(0x12345678, []).Cluster(1, 0)));

    [Fact]
    public void Any_cluster_order_with_devices_mixed()
    {
        Random random = new(3);
        ArchiveForge forge = new ArchiveForge().Device(1, "a", 40 * 65536).Device(2, "b", (29 * 65536) + 512).Device(254, "c", 20 * 65536);
        (int Device, uint Cluster)[] all =
        [
            .. Enumerable.Range(0, 40).Select(static i => (1, (uint)i)),
            .. Enumerable.Range(0, 30).Select(static i => (2, (uint)i)),
            .. Enumerable.Range(0, 20).Select(static i => (254, (uint)i)),
        ];
        random.Shuffle(all);
        for (int at = 0; at < all.Length; at += 13)
        {
            forge.Extent(e =>
            {
                foreach ((int device, uint cluster) in all.Skip(at).Take(13))
                {
                    ushort mask = random.Next(3) switch { 0 => 0, 1 => 0xffff, _ => (ushort)random.Next(65536) };
                    e.Cluster(device, cluster, device == 2 && cluster == 29 ? (ushort)1 : mask);
                }
            });
        }

        Holds(forge);
    }

    [Theory]
    [InlineData(0x0000)]
    [InlineData(0x0001)]
    [InlineData(0x0004)]
    [InlineData(0x0007)]
    [InlineData(0xffff)]
    public void Partial_last_cluster_with_garbage_in_its_padding(int mask) => Holds(new ArchiveForge()
        .Device(1, "a", 65536 + 4096 + 4096 + 512)
        .Extent(e => e.Cluster(1, 1, (ushort)mask).Cluster(1, 0)));

    [Fact]
    public void Smallest_device() => Holds(new ArchiveForge().Device(1, "a", 512).Extent(static e => e.Cluster(1, 0, 1)));

    [Fact]
    public void Header_padded_to_a_mebibyte() => Holds(new ArchiveForge()
        .Device(1, "a", 65536).PadHeaderTo(1 << 20).Extent(static e => e.Cluster(1, 0)));

    [Fact]
    public void Header_without_anything()
    {
        Reading reading = Reading.Of(new ArchiveForge().Build());
        Assert.Empty(reading.Pass.Findings);
        Assert.Empty(reading.Pass.Devices);
        Assert.Equal(0, reading.ExtentCount);
    }

    [Fact]
    public void All_devices_there_can_be()
    {
        ArchiveForge forge = new();
        for (int id = 1; id <= 254; id++)
        {
            forge.Device(id, $"drive-{id}", 65536);
        }

        for (int from = 1; from <= 254; from += 59)
        {
            forge.Extent(e =>
            {
                for (int id = from; id < Math.Min(from + 59, 255); id++)
                {
                    e.Cluster(id, 0, 1);
                }
            });
        }

        Holds(forge);
    }

    [Fact]
    public void Configs_up_to_256_of_up_to_64_KiB()
    {
        ArchiveForge forge = new();
        for (int i = 0; i < 256; i++)
        {
            forge.Config(ArchiveForge.Terminated($"c{i}"), new byte[i % 64 == 0 ? 65535 : i]);
        }

        byte[] bytes = forge.Build();
        using VmaArchive archive = VmaArchive.Open(new System.IO.MemoryStream(bytes));
        Assert.Equal(256, archive.Configs.Count);
        Assert.Equal(65535, archive.Configs[64].Size);
        Assert.Empty(archive.HeaderFindings);
    }

    [Fact]
    public void Pointer_inside_another_blob()
    {
        // The config's text holds a blob of its own.
        byte[] text = [.. "ab"u8, 4, 0, .. "xyz\0"u8, .. "rest"u8];
        ArchiveForge forge = new ArchiveForge()
            .Config(ArchiveForge.Terminated("c"), text)
            .Device(1, "a", 65536)
            .HeaderU32(4096 + 32, 1 + 4 + 2 + 2)
            .Extent(static e => e.Cluster(1, 0));
        Holds(forge);
        using VmaArchive archive = VmaArchive.Open(new System.IO.MemoryStream(forge.Build()));
        Assert.Equal("xyz", archive.Devices[0].Name);
        Assert.Equal(text, archive.Configs[0].GetBytes());
        Assert.Equal("xyz", archive.GetBlobString(9));
        Assert.Equal(text, archive.GetBlob(5));
        Assert.Equal(VmaCodes.BlobOutOfRange, Assert.Throws<VmaFormatException>(() => archive.GetBlob(-1)).Code);
        Assert.Equal(VmaCodes.BlobOutOfRange, Assert.Throws<VmaFormatException>(() => archive.GetBlob(int.MaxValue)).Code);
    }

    [Fact]
    public void Config_text_that_is_no_utf8_keeps_its_bytes()
    {
        byte[] text = [0x61, 0xff, 0x00, 0x62];
        using VmaArchive archive = VmaArchive.Open(new System.IO.MemoryStream(new ArchiveForge().Config(ArchiveForge.Terminated("c"), text).Build()));
        Assert.Equal(text, archive.Configs[0].GetBytes());
        Assert.Equal("a\ufffd\0b", archive.Configs[0].Text);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void Any_creation_time(long seconds)
    {
        byte[] bytes = new ArchiveForge()
            .Header(h => System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(h.AsSpan(24), seconds)).Build();
        using VmaArchive archive = VmaArchive.Open(new System.IO.MemoryStream(bytes));
        DateTime expected = seconds switch
        {
            long.MinValue => DateTime.MinValue,
            long.MaxValue => new DateTime(9999, 12, 31, 23, 59, 59, DateTimeKind.Utc),
            _ => DateTime.UnixEpoch.AddSeconds(seconds),
        };
        Assert.Equal(expected, archive.CreationTime);
        Assert.Equal(DateTimeKind.Utc, archive.CreationTime.Kind);
    }

    [Fact]
    public void Vmstate_larger_than_its_estimate()
    {
        byte[] bytes = new ArchiveForge().Device(2, "vmstate", 65536 + 512)
            .Extent(static e => e.Cluster(2, 0).Cluster(2, 1).Zero(2, 2).Cluster(2, 3, 0x0001)).Build();
        Reading reading = Reading.Of(bytes);
        Assert.Empty(reading.Pass.Findings);
        Assert.Equal((3 * 65536) + 4096, reading.Pass.Devices[0].Length);
        byte[] disk = reading.Disks[2].ToArray((3 * 65536) + 4096);
        Assert.True(disk.AsSpan(3 * 65536).SequenceEqual(ArchiveForge.Block(2, 3, 0)));
    }

    [Fact]
    public void Vmstate_smaller_than_its_estimate()
    {
        Reading reading = Reading.Of(new ArchiveForge().Device(2, "vmstate", 10 * 65536).Extent(static e => e.Cluster(2, 0)).Build());
        Assert.Empty(reading.Pass.Findings);
        Assert.Equal(10 * 65536, reading.Pass.Devices[0].Length);
        Assert.True(reading.Pass.Devices[0].IsWhole);
    }

    [Fact]
    public void Vmstate_padded_with_zeros_keeps_its_length()
    {
        byte[] block = new byte[4096];
        Encoding.ASCII.GetBytes("end").CopyTo(block, 0);
        Reading reading = Reading.Of(new ArchiveForge().Device(2, "vmstate", 1000)
            .Extent(e => e.Slot((1UL << 48) | (2UL << 32), block)).Build());
        Assert.Equal(1000, reading.Pass.Devices[0].Length);
        block[1000] = 1;
        reading = Reading.Of(new ArchiveForge().Device(2, "vmstate", 1000)
            .Extent(e => e.Slot((1UL << 48) | (2UL << 32), block)).Build());
        Assert.Equal(4096, reading.Pass.Devices[0].Length);
    }

    private static void Holds(ArchiveForge forge)
    {
        byte[] bytes = forge.Build();
        Reading reading = Reading.Of(bytes);
        Assert.Null(reading.OpenError);
        Assert.Empty(reading.Pass.Findings);
        Assert.Null(reading.ExtentsError);
        Assert.Equal(forge.Extents.Count, reading.ExtentCount);
        foreach (VmaDeviceResult device in reading.Pass.Devices)
        {
            byte[] expected = forge.Disk(device.Device.DeviceId);
            Assert.True(device.IsWhole);
            Assert.Equal(expected.Length, device.StoredBytes + device.ZeroBytes);
            Assert.True(reading.Disks[device.Device.DeviceId].End <= expected.Length, "bytes beyond the device's end were given out");
            Assert.True(expected.AsSpan().SequenceEqual(reading.Disks[device.Device.DeviceId].ToArray(expected.Length)));
            Assert.Empty(reading.Disks[device.Device.DeviceId].AnnouncedTwice);
        }
    }
}
