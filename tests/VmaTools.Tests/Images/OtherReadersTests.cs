using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using VmaTools.Images;
using Xunit;

namespace VmaTools.Tests.Images;

/// <summary>Images read by programs that share no code with QEMU.</summary>
public sealed class OtherReadersTests
{
    private const long DiskSize = (5 << 20) + 512;

    public static IEnumerable<TheoryDataRow<string, string>> ForSevenZip =>
        from variant in Variant.All
        where variant.SevenZipType is not null
        from order in variant.AnyOrder ? new[] { "shuffled", "runs" } : ["runs"]
        select new TheoryDataRow<string, string>(variant.Name, order);

    [Theory]
    [MemberData(nameof(ForSevenZip))]
    public void SevenZipExtractsTheDisk(string variant, string order)
    {
        Tool.SevenZip.SkipIfMissing();
        using TempFolder folder = new();
        Scenario scenario = Scenario.Mixed(DiskSize, order, seed: 3);
        string image = Write(folder, Variant.Get(variant), scenario);
        string raw = folder.File("disk.raw");
        scenario.WriteRaw(raw, DiskSize);
        byte[] extracted = Tool.SevenZip.Filter([], "e", "-so", "-t" + Variant.Get(variant).SevenZipType, image);
        Assert.Equal(DiskSize, extracted.Length);
        Assert.True(SHA256.HashData(extracted).SequenceEqual(SHA256.HashData(System.IO.File.ReadAllBytes(raw))));
    }

    [Theory]
    [InlineData("vhd", "Dynamic", "512")]
    [InlineData("vhd-fixed", "Fixed", "512")]
    [InlineData("vhdx", "Dynamic", "512")]
    [InlineData("vhdx-fixed", "Fixed", "512")]
    [InlineData("vhdx-4096", "Dynamic", "4096")]
    public void LibvhdiKnowsTheDisk(string variant, string kind, string sectorSize)
    {
        Tool.VhdiInfo.SkipIfMissing();
        const long WholeSectors = 5 << 20;
        using TempFolder folder = new();
        string image = Write(folder, Variant.Get(variant), Scenario.Mixed(WholeSectors, "shuffled"));
        string info = Tool.VhdiInfo.Run(image);
        Assert.Contains($"({WholeSectors} bytes)", info, StringComparison.Ordinal);
        Assert.Contains(kind, info, StringComparison.Ordinal);
        Assert.Contains($"{sectorSize} bytes", info, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vmdk", "Monolithic sparse")]
    [InlineData("vmdk-stream", "Stream optimized")]
    public void LibvmdkKnowsTheDisk(string variant, string kind)
    {
        Tool.VmdkInfo.SkipIfMissing();
        using TempFolder folder = new();
        string image = Write(folder, Variant.Get(variant), Scenario.Mixed(DiskSize, "runs"));
        string info = Tool.VmdkInfo.Run(image);
        Assert.Contains($"({DiskSize} bytes)", info, StringComparison.Ordinal);
        Assert.Contains(kind, info, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("disk.vmdk", info, StringComparison.Ordinal);
    }

    private static string Write(TempFolder folder, Variant variant, Scenario scenario)
    {
        string path = folder.File("disk" + ImageFormats.Get(variant.Format).Extension);
        using FileStream image = new(path, FileMode.CreateNew, FileAccess.ReadWrite);
        using ImageWriter writer = variant.CreateWriter(image, scenario.DiskSize);
        scenario.WriteTo(writer);
        return path;
    }
}
