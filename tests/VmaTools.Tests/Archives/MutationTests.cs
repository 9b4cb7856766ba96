using System;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>
/// Archives damaged at random, each in a way that its seed tells: every way of reading ends in the family of errors or in
/// findings, all ways agree, and none hangs.
/// </summary>
public class MutationTests
{
    /// <summary>Number of archives tried.</summary>
    private const int DefaultCount = 3_000;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private static readonly byte[][] Sources =
    [
        Corpus.Bytes("nodisk"),
        Corpus.Bytes("vmstate"),
        Small().Build(),
        Small().Device(4, "vmstate", 100_000).Extent(static e => e.Cluster(4, 0, 0x8001).Zero(4, 1)).Build(),
    ];

    [Fact]
    public void Any_damage_is_told()
    {
        int count = Trials.Of(DefaultCount);
        int opened = 0;
        Parallel.For(0, count, seed =>
        {
            byte[] bytes = Mutate(seed);
            Stopwatch watch = Stopwatch.StartNew();
            try
            {
                if (Reading.Of(bytes, seed).OpenError is null)
                {
                    Interlocked.Increment(ref opened);
                }
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}", exception);
            }

            Assert.True(watch.Elapsed < Longest, $"seed {seed} took {watch.Elapsed}");
        });

        // Were most headers refused, little else would be tried.
        Assert.True(opened > count / 3);
    }

    private static ArchiveForge Small() => new ArchiveForge()
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

    private static byte[] Mutate(int seed)
    {
        Random random = new(seed);

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
        if (bytes.Length < ArchiveForge.FixedHeaderSize)
        {
            return bytes;
        }

        int[] fields = [4, 8, 24, 48, 52, 56, 2044, 2048, 3068, 3072, 4128, 4136, 4140, 4160, 4168, 4172, 4192, 4200, 4204, 4224, 4232, 4236, 12288, 12289, 12300];
        int field = fields[random.Next(fields.Length)];
        WriteStrange(bytes.AsSpan(field, 4), random);
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
                WriteStrange(header.Slice(4 + (2 * random.Next(2)), 2), random);
                break;
            case 3:
                WriteStrange(header.Slice(slot, 2), random);
                break;
            case 4:
                header[slot + 3] = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(5));
                break;
            case 5:
                WriteStrange(header.Slice(slot + 4, 4), random);
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

    private static void WriteStrange(Span<byte> field, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                field.Clear();
                break;
            case 1:
                field.Fill(0xff);
                break;
            case 2:
                random.NextBytes(field);
                break;
            case 3:
                field.Clear();
                field[random.Next(field.Length)] = (byte)(1 << random.Next(8));
                break;
            default:
                field[^1] += (byte)random.Next(-2, 3);
                break;
        }
    }
}
