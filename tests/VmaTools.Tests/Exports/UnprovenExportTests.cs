using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Exports;

/// <summary>Where a compressed stream ends badly, only what a checksum covers gets a name.</summary>
public sealed class UnprovenExportTests : IDisposable
{
    private const int Cluster = 65536;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_stream_without_checksums_that_ends_well_is_believed()
    {
        byte[] archive = Archive(out _);
        Check([null, null], Export(Frame(archive, hasChecksum: false)));
    }

    [Fact]
    public void A_frame_that_lost_its_checksum_proves_nothing()
    {
        // The flag is cleared and the data changed: what was the checksum follows the frame then.
        byte[] archive = Archive(out int firstBlock);
        archive[firstBlock] ^= 1;
        byte[] stored = [.. Frame(archive, hasChecksum: false), 1, 2, 3, 4];
        Check([VmaCodes.DeviceNotWhole, VmaCodes.DeviceNotWhole], Export(stored));
        Assert.Empty(Directory.GetFiles(_folder.FullName, "*.raw"));
        Check([null, null], Export(stored, new VmaExportOptions { AllowUnproven = true }));
        Assert.Equal(2, Directory.GetFiles(_folder.FullName, "*.raw").Length);
    }

    [Fact]
    public void What_a_checksum_covered_before_keeps_its_name()
    {
        byte[] archive = Archive(out _);
        int second = archive.Length - 512 - Cluster;
        byte[] stored = [.. Frame(archive[..second], hasChecksum: true), .. Frame(archive[second..], hasChecksum: false), 1, 2, 3, 4];
        Check([null, VmaCodes.DeviceNotWhole], Export(stored));
    }

    [Fact]
    public void Nothing_behind_a_frame_without_one_is_covered_by_the_next()
    {
        byte[] archive = Archive(out _);
        int second = archive.Length - 512 - Cluster;
        byte[] stored = [.. Frame(archive[..second], hasChecksum: false), .. Frame(archive[second..], hasChecksum: true), 1, 2, 3, 4];
        Check([VmaCodes.DeviceNotWhole, VmaCodes.DeviceNotWhole], Export(stored));
    }

    [Theory]
    [InlineData(false, VmaCodes.DeviceNotWhole)]
    [InlineData(true, null)]
    public void Bytes_behind_the_last_extent_count_as_a_bad_end(bool hasChecksum, string? expected)
    {
        byte[] archive = [.. Archive(out _), 1, 2, 3];
        Check([expected, expected], Export(Frame(archive, hasChecksum)));
    }

    [Fact]
    public void An_archive_that_is_not_compressed_is_believed_as_it_is() => Check([null, null], Export([.. Archive(out _), 1, 2, 3]));

    private static void Check(string?[] expected, string?[] codes) => Assert.Equal<IEnumerable<string?>>(expected, codes);

    private static byte[] Archive(out int firstBlock)
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "a", Cluster).Device(2, "b", Cluster)
            .Extent(static e => e.Cluster(1, 0))
            .Extent(static e => e.Cluster(2, 0));
        byte[] archive = forge.Build();
        firstBlock = (int)forge.OffsetOf(0) + 512;
        return archive;
    }

    /// <summary>A zstd frame of raw blocks.</summary>
    private static byte[] Frame(byte[] content, bool hasChecksum)
    {
        const int MaxBlock = 128 << 10;
        List<byte> frame = [0x28, 0xb5, 0x2f, 0xfd, (byte)(hasChecksum ? 4 : 0), 0x50];
        for (int at = 0; at < content.Length; at += MaxBlock)
        {
            int size = Math.Min(MaxBlock, content.Length - at);
            int header = (size << 3) | (at + size == content.Length ? 1 : 0);
            frame.AddRange([(byte)header, (byte)(header >> 8), (byte)(header >> 16), .. content.AsSpan(at, size)]);
        }

        frame.AddRange(hasChecksum ? BitConverter.GetBytes((uint)VmaTools.Bytes.Xxh64.Of(content)) : []);
        return [.. frame];
    }

    private string?[] Export(byte[] stored, VmaExportOptions? options = null)
    {
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(stored));
        VmaExport export = new(archive, options);
        foreach (VmaDevice device in archive.Devices)
        {
            export.Add(device, Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N") + ".raw"));
        }

        return export.Run().Outputs.Select(static o => o.Error?.Code).ToArray();
    }
}
