using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using VmaTools.Disks;
using Xunit;

namespace VmaTools.Tests.Images.Reading;

/// <summary>
/// Changes bytes of small images, over and over, and reads what is then there: nothing but errors of ours may come out, in bounded
/// time and memory.
/// </summary>
public sealed class ImageMutationTests
{
    private const int MiB = 1 << 20;
    private const int Count = 500;
    private const long MaxAllocated = 512L * MiB;

    [Theory]
    [InlineData("vhdx")]
    [InlineData("vhd")]
    [InlineData("vhd-fixed")]
    [InlineData("qcow2")]
    [InlineData("vmdk")]
    [InlineData("vmdk-stream")]
    [InlineData("vdi")]
    public void Images_of_this_project(string variant) => Run(VhdxForge.Make(variant, Scenario.Mixed(MiB + 512, "ascending")), variant);

    [Theory]
    [InlineData("zlib")]
    [InlineData("zstd")]
    public void Compressed_clusters(string compression)
    {
        Tool.QemuImg.SkipIfMissing();
        using TempFolder folder = new();
        Scenario.Mixed(MiB, "ascending").WriteRaw(folder.File("raw"), MiB);
        Tool.QemuImg.Run("convert", "-c", "-O", "qcow2", "-o", $"compression_type={compression}", folder.File("raw"), folder.File("image"));
        Run(File.ReadAllBytes(folder.File("image")), "qcow2");
    }

    [Fact]
    public void Subclusters()
    {
        Tool.QemuImg.SkipIfMissing();
        using TempFolder folder = new();
        Scenario.Mixed(MiB, "ascending").WriteRaw(folder.File("raw"), MiB);
        Tool.QemuImg.Run("convert", "-O", "qcow2", "-o", "extended_l2=on,cluster_size=16k", folder.File("raw"), folder.File("image"));
        Run(File.ReadAllBytes(folder.File("image")), "qcow2");
    }

    [Fact]
    public void A_VHDX_with_a_log()
    {
        byte[] image = VhdxForge.Make("vhdx", Scenario.Mixed(2 * MiB, "ascending"));
        VhdxForge.Put(image, 0, VhdxForge.Entry(7, 0, image.Length, (3 * MiB, VhdxForge.SectorOf(image, 3 * MiB), 0), (4 * MiB, null, 8192)));
        VhdxForge.MarkInUse(image);
        Run(image, "vhdx-log");
    }

    [Fact]
    public void A_descriptor()
    {
        using TempFolder folder = new();
        File.WriteAllBytes(folder.File("a.vmdk"), new byte[MiB]);
        byte[] text = "# Disk DescriptorFile\nversion=1\nparentCID=ffffffff\ncreateType=\"custom\"\nRW 2048 FLAT \"a.vmdk\" 0\nRW 100 ZERO\n"u8.ToArray();
        string path = folder.File("disk.vmdk");
        Random random = new(3);
        for (int i = 0; i < Trials.Of(Count); i++)
        {
            byte[] changed = (byte[])text.Clone();
            changed[random.Next(22, changed.Length)] = (byte)random.Next(256);
            changed[random.Next(22, changed.Length)] = (byte)"0 \"\n/9Z"[random.Next(7)];
            File.WriteAllBytes(path, changed);
            _ = Survives(() => VmaImage.Open(path), i);
        }
    }

    private static void Run(byte[] image, string kind)
    {
        int count = Trials.Of(Count);

        // Of large images what is not data: the first megabytes of what is not zero, and the end.
        int[] pages = [.. Enumerable.Range(0, image.Length / 512).Where(p => image.AsSpan(p * 512, 512).IndexOfAnyExcept((byte)0) >= 0)];
        int[] front = [.. pages.Take(Math.Max(40, pages.Length / 20))];
        int opened = 0;
        byte[] changed = new byte[image.Length];
        Stopwatch watch = Stopwatch.StartNew();
        for (int seed = 0; seed < count; seed++)
        {
            image.CopyTo(changed, 0);
            Random random = new(seed);
            for (int changes = random.Next(1, 5); changes > 0; changes--)
            {
                int[] from = random.Next(4) == 0 ? pages : front;
                int page = random.Next(12) == 0 ? pages[^1] : from[random.Next(from.Length)];
                Change(changed.AsSpan(page * 512, 512), random);
            }

            if (random.Next(4) > 0)
            {
                Seal(changed, kind);
            }

            if (random.Next(20) == 0)
            {
                Array.Resize(ref changed, random.Next(1, image.Length));
            }

            byte[] given = changed;
            opened += Survives(() => VmaImage.Open(new MemoryStream(given), given[0] == image[0] ? null : Variant.Get(kind.Split("-log")[0]).Format), seed) ? 1 : 0;
            if (changed.Length != image.Length)
            {
                changed = new byte[image.Length];
            }
        }

        Assert.True(opened > count / 10, $"Only {opened} of {count} could be opened.");
    }

    private static bool Survives(Func<VmaImage> open, int seed)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isOpened = false;
        try
        {
            VmaImage image = open();
            isOpened = true;
            using Stream stream = image.OpenRead();
            Read(stream);
        }
        catch (VmaException)
        {
            // What is damaged may be refused.
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Seed {seed}: {exception.Message}", exception);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
        return isOpened;
    }

    private static void Read(Stream stream)
    {
        // Long enough for several compressed clusters.
        byte[] buffer = new byte[256 << 10];
        IKnownRanges known = (IKnownRanges)stream;
        long at = 0;
        for (int i = 0; i < 300 && at < stream.Length; i++)
        {
            KnownRange range = known.FindRange(at, stream.Length - at);
            Assert.True(range.Length > 0);
            stream.Position = at;
            try
            {
                _ = stream.Read(buffer);
            }
            catch (VmaException)
            {
                // The rest may be whole.
            }

            at += range.Length;
        }

        stream.Position = Math.Max(0, stream.Length - buffer.Length);
        _ = stream.Read(buffer);
    }

    private static void Change(Span<byte> page, Random random)
    {
        int at = random.Next(page.Length / 4) * 4;
        switch (random.Next(4))
        {
            case 0:
                page[at + random.Next(4)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                random.NextBytes(page.Slice(at, 4));
                break;
            case 2:
                page.Slice(at, 4).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xFF);
                break;
            default:
                page.Slice(random.Next(page.Length / 8) * 8, 8).CopyTo(page.Slice(at / 8 * 8));
                break;
        }
    }

    /// <summary>Checksums that fit, so that what they guard is reached.</summary>
    private static void Seal(byte[] image, string kind)
    {
        switch (kind)
        {
            case "vhdx" or "vhdx-log":
                VhdxForge.Seal(image.AsSpan(64 << 10, 4096));
                VhdxForge.Seal(image.AsSpan(128 << 10, 4096));
                VhdxForge.Seal(image.AsSpan(192 << 10, 64 << 10));
                if (kind == "vhdx-log")
                {
                    int length = BitConverter.ToInt32(image, MiB + 8);
                    if (length is > 0 and < MiB)
                    {
                        VhdxForge.Seal(image.AsSpan(MiB, length));
                    }
                }

                break;
            case "vhd":
                VhdSum.Seal(image.AsSpan(0, 512));
                VhdSum.Seal(image.AsSpan(512, 1024), 36);
                VhdSum.Seal(image.AsSpan(image.Length - 512));
                break;
            case "vhd-fixed":
                VhdSum.Seal(image.AsSpan(image.Length - 512));
                break;
        }
    }
}
