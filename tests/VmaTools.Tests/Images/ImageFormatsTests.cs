using System;
using System.IO;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.Images;
using Xunit;

namespace VmaTools.Tests.Images;

public sealed class ImageFormatsTests
{
    [Fact]
    public void EveryFormatIsInItsPlace()
    {
        foreach (ImageFormat format in Enum.GetValues<ImageFormat>())
        {
            ImageFormatInfo info = ImageFormats.Get(format);
            Assert.Equal(format, info.Format);
            Assert.Same(info, ImageFormats.FromExtension(info.Extension.ToUpperInvariant()));
            Assert.Equal(format == ImageFormat.Raw, info.MayBeSparse);
        }

        Assert.Null(ImageFormats.FromExtension(".iso"));
    }

    [Theory]
    [InlineData("vhdx", 64L << 40, "64 TiB")]
    [InlineData("vhd", 2040L << 30, "2040 GiB")]
    [InlineData("vhd-fixed", 2040L << 30, "2040 GiB")]
    [InlineData("qcow2", 2L << 50, "2 PiB")]
    [InlineData("vmdk", 2047L << 30, "2047 GiB")]
    [InlineData("vmdk-stream", 2047L << 30, "2047 GiB")]
    [InlineData("vdi", 0x3FFFFFFFL << 20, "1 PiB")]
    public void LimitIsToldBeforeWriting(string name, long limit, string words)
    {
        Variant variant = Variant.Get(name);
        ImageFormats.Check(variant.Format, variant.Options, limit);
        using MemoryStream target = new();
        VmaException error = Assert.Throws<VmaException>(() => variant.CreateWriter(target, limit + 1));
        Assert.Equal(VmaCodes.ImageTooLarge, error.Code);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, target.Length);
    }

    [Theory]
    [InlineData(ImageFormat.Raw)]
    [InlineData(ImageFormat.Qcow2)]
    [InlineData(ImageFormat.Vmdk)]
    [InlineData(ImageFormat.Vdi)]
    public void OnlyVhdAndVhdxAreEverFixed(ImageFormat format)
    {
        VmaException error = Assert.Throws<VmaException>(() => ImageFormats.Check(format, new ImageOptions { Fixed = true }, 512));
        Assert.Equal(VmaCodes.ImageOptionNotSupported, error.Code);
    }

    [Fact]
    public void SectorSizeIs512Or4096()
    {
        VmaException error = Assert.Throws<VmaException>(
            () => ImageFormats.Check(ImageFormat.Vhdx, new ImageOptions { LogicalSectorSize = 1024 }, 512));
        Assert.Equal(VmaCodes.ImageOptionNotSupported, error.Code);
    }

    [Theory]
    [InlineData("vhdx", 1 << 20, 0, "")]
    [InlineData("vhdx", (1 << 20) + 1, 1, "padded with zeros to 1049088 bytes")]
    [InlineData("vhdx-4096", 1 << 20, 1, "does not boot")]
    [InlineData("vhd", 540672, 0, "")]
    [InlineData("vhd-fixed", 1 << 20, 0, "")]
    [InlineData("vhd-fixed", 540672, 1, "whole number of MiB")]
    public void WhatIsWorthKnowingIsTold(string variant, long diskSize, int count, string words)
    {
        using MemoryStream target = new();
        using ImageWriter writer = Variant.Get(variant).CreateWriter(target, diskSize);
        writer.Complete();
        Assert.Equal(count, writer.Notes.Count);
        Assert.All(writer.Notes, note => Assert.Contains(words, note, StringComparison.Ordinal));
    }

    [Fact]
    public void RangesOutsideTheDiskAreRefused()
    {
        using MemoryStream target = new();
        using ImageWriter writer = Variant.Get("qcow2").CreateWriter(target, 100000);
        byte[] data = new byte[512];
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(-512, data));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(100, data));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(99840, data));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(0, data.AsSpan(0, 100)));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.WriteZeros(0, 100001));
        writer.Write(99840, data.AsSpan(0, 160));
        writer.WriteZeros(0, 99840);
        writer.Complete();
        Assert.Throws<InvalidOperationException>(() => writer.Write(0, data));
        Assert.Throws<InvalidOperationException>(writer.Complete);
    }

    [Fact]
    public void StreamOptimizedRefusesToGoBack()
    {
        using MemoryStream target = new();
        using ImageWriter writer = Variant.Get("vmdk-stream").CreateWriter(target, 1 << 20);
        Assert.True(writer.NeedsAscendingOrder);
        byte[] data = new byte[4096];
        writer.Write(200 << 10, data);
        writer.Write(192 << 10, data);
        Assert.Throws<InvalidOperationException>(() => writer.Write(188 << 10, data));
        Assert.All(
            Variant.All.Where(variant => variant.AnyOrder),
            variant => Assert.False(ImageFormats.Create(variant.Format, variant.Options, new MemoryStream(), 512).NeedsAscendingOrder));
    }

    /// <summary>The check values that the algorithms' catalogues give for the nine digits.</summary>
    [Fact]
    public void ChecksumsAreTheKnownOnes()
    {
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(0x091E01DEu, Adler32.Append(Adler32.Initial, "123456789"u8));
        byte[] ones = new byte[200000];
        ones.AsSpan().Fill(0xFF);
        uint low = 1;
        uint high = 0;
        foreach (byte value in ones)
        {
            low = (low + value) % 65521;
            high = (high + low) % 65521;
        }

        Assert.Equal((high << 16) | low, Adler32.Append(Adler32.Initial, ones));
    }
}
