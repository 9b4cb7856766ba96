using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Tests.Archives;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>
/// Archives damaged at random: every way of reading ends in the family of errors or in findings, all ways agree, and salvage gives nothing
/// that the archive does not hold.
/// </summary>
internal sealed class PlainArchives : Kind
{
    /// <summary>Salvage writes files, so it is tried on some only.</summary>
    private const int SalvageEvery = 8;

    private const long MostRead = 32 << 20;

    private static readonly byte[][] Sources =
    [
        Corpus.Bytes("nodisk"),
        Corpus.Bytes("vmstate"),
        Small().Build(),
        Small().Device(4, "vmstate", 100_000).Extent(static e => e.Cluster(4, 0, 0x8001).Zero(4, 1)).Build(),
    ];

    public override int Usual => 1_500;

    public override IReadOnlyList<string> Reached => ["sound", "findings", VmaCodes.HeaderChecksumMismatch];

    public override string Try(int seed)
    {
        byte[] bytes = Mutate(new Random(seed));
        Reading reading = Reading.Of(bytes, seed);
        VmaTestResult test = VmaArchiveTest.Run(new MemoryStream(bytes));
        Assert.Equal(reading.OpenError is null && reading.Pass.Devices.All(static d => d.IsWhole) && reading.Pass.Findings.All(static f => f.Severity != VmaSeverity.Error), test.IsValid);
        if (seed % SalvageEvery == 0)
        {
            Salvage(bytes);
        }

        return reading.OpenError?.Code ?? (reading.Pass.Findings.Count == 0 ? "sound" : "findings");
    }

    private void Salvage(byte[] bytes)
    {
        string path = Folder.File("archive.vma");
        File.WriteAllBytes(path, bytes);
        string target = Directory.CreateDirectory(Folder.File("target")).FullName;
        try
        {
            using VmaSalvage salvage = VmaSalvage.Open(path);
            foreach (VmaSalvageReport report in salvage.Run(salvage.Archive.Devices.ToDictionary(static d => d.DeviceId, d => Path.Combine(target, $"{d.DeviceId}.incomplete.raw")))
                .Where(static r => r.Error is null))
            {
                CheckSalvaged(report, bytes);
            }
        }
        catch (VmaException)
        {
            // Nothing of it can be had.
        }

        Directory.Delete(target, recursive: true);
        Assert.Equal(["archive.vma"], Directory.GetFileSystemEntries(Folder.FullName).Select(Path.GetFileName));
    }

    private static void CheckSalvaged(VmaSalvageReport report, byte[] bytes)
    {
        long covered = 0;
        using FileStream disk = File.OpenRead(report.File);
        foreach (VmaDeviceRange range in report.Ranges)
        {
            Assert.Equal(covered, range.Offset);
            covered += range.Size;
            for (long at = range.Offset; at < range.Offset + range.Size && at < MostRead; at += ArchiveForge.BlockSize)
            {
                byte[] block = new byte[Math.Min(ArchiveForge.BlockSize, range.Offset + range.Size - at)];
                disk.Position = at;
                disk.ReadExactly(block);
                bool isZero = block.AsSpan().IndexOfAnyExcept((byte)0) < 0;
                Assert.True(isZero || (range.State != VmaRangeState.Lost && bytes.AsSpan().IndexOf(block) >= 0), $"{range}: the archive does not hold what is at {at}");
            }
        }

        Assert.Equal(report.Size, covered);
    }

    public static ArchiveForge Small() => new ArchiveForge()
        .Config("qemu-server.conf", "cores: 2\n")
        .Device(1, "drive-scsi0", 6 * 65536)
        .Device(2, "drive-scsi1", (2 * 65536) + 4096 + 512)
        .Device(3, "drive-scsi2", 20 * 65536)
        .Extent(static e => e.Cluster(1, 0, 0x0003).Zero(2, 0).Gap().Cluster(3, 19, 0x4000))
        .Extent(static e => e.Cluster(1, 1, 0x0101).Cluster(1, 2, 1).Zero(1, 3))
        .Extent(static _ => { })
        .Extent(static e => e.Cluster(2, 1, 0x8001).Cluster(2, 2, 0x0003))
        .Extent(static e =>
        {
            for (uint i = 0; i < 19; i++)
            {
                e.Cluster(3, i, (ushort)(i % 5 == 0 ? 1 : 0));
            }
        })
        .Extent(static e => e.Zero(1, 5).Cluster(1, 4, 0x0010));

    /// <summary>An archive that is damaged in one to three places, its checksums mostly made right again.</summary>
    public static byte[] Mutate(Random random)
    {
        // The large one is tried more seldom.
        byte[] bytes = [.. Sources[random.Next(20) switch { 0 => 1, 1 or 2 => 0, < 12 => 2, _ => 3 }]];
        int edits = 1 + random.Next(3);
        for (int i = 0; i < edits && bytes.Length > 0; i++)
        {
            bytes = Edit(bytes, random);
        }

        return bytes;
    }

    private static byte[] Edit(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length);
        int count = random.Next(2) == 0 ? random.Next(1, 600) : random.Next(1, 9) * 512;
        count = Math.Min(count, bytes.Length - at);
        switch (random.Next(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                return Splice.Cut(bytes, random.Next(3) == 0 ? at : bytes.Length - count);
            case 2:
                return Splice.Remove(bytes, Math.Max(at, Math.Min(bytes.Length - count, 13_000)), Math.Min(count, bytes.Length - Math.Max(at, Math.Min(bytes.Length - count, 13_000))));
            case 3:
                return Splice.Insert(bytes, at, random.Next(2) == 0 ? new byte[count] : Splice.Noise(count, random.Next()));
            case 4:
                return Splice.Insert(bytes, random.Next(bytes.Length), bytes[at..(at + count)]);
            case 5:
                return EditHeader(bytes, random);
            default:
                return EditExtent(bytes, random);
        }
    }

    /// <summary>Puts a strange number into a field of the header, and makes its MD5 right.</summary>
    private static byte[] EditHeader(byte[] bytes, Random random)
    {
        int[] fields = [4, 8, 24, 48, 52, 56, 2044, 2048, 3068, 3072, 4128, 4136, 4140, 4160, 4168, 4172, 4192, 4200, 4204, 4224, 4232, 4236, 12288, 12289, 12300];
        if (bytes.Length < fields[^1] + 4)
        {
            return bytes;
        }

        int field = fields[random.Next(fields.Length)];
        Mutator.PutStrange(bytes.AsSpan(field, 4), random);
        uint size = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(56));
        if (size >= ArchiveForge.FixedHeaderSize && size <= bytes.Length)
        {
            ArchiveForge.Sign(bytes, 0, (int)size, 32);
        }

        return bytes;
    }

    /// <summary>Puts a strange number into an extent header, and mostly makes its MD5 right.</summary>
    private static byte[] EditExtent(byte[] bytes, Random random)
    {
        int start = random.Next(bytes.Length);
        int extent = bytes.AsSpan(start).IndexOf("VMAE"u8);
        extent = extent < 0 ? bytes.AsSpan().IndexOf("VMAE"u8) : extent + start;
        if (extent < 0 || extent + 512 > bytes.Length)
        {
            return bytes;
        }

        Span<byte> header = bytes.AsSpan(extent, 512);
        int slot = 40 + (8 * random.Next(random.Next(2) == 0 ? 5 : 59));
        switch (random.Next(7))
        {
            case 0:
                header[random.Next(512)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                BinaryPrimitives.WriteUInt16BigEndian(header[6..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(header[6..]) + random.Next(-2, 3)));
                break;
            case 2:
                Mutator.PutStrange(header.Slice(4 + (2 * random.Next(2)), 2), random);
                break;
            case 3:
                Mutator.PutStrange(header.Slice(slot, 2), random);
                break;
            case 4:
                header[slot + 3] = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(5));
                break;
            case 5:
                Mutator.PutStrange(header.Slice(slot + 4, 4), random);
                break;
            default:
                header.Slice(slot, 8).CopyTo(header[(40 + (8 * random.Next(59)))..]);
                break;
        }

        if (random.Next(5) > 0)
        {
            ArchiveForge.Sign(bytes, extent, 512, 24);
        }

        return bytes;
    }
}
