using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using VmaTools.Images;
using Xunit;

namespace VmaTools.Tests.Images;

/// <summary>Images judged by qemu-img: sound, of the right format and size, and the same as the raw disk.</summary>
public sealed class QemuTests
{
    [Theory]
    [MemberData(nameof(ImageCases.SmallForQemu), MemberType = typeof(ImageCases))]
    public void Small(string variant, long diskSize, string order) =>
        AssertQemuAgrees(Variant.Get(variant), Scenario.Mixed(diskSize, order, seed: 2));

    [Theory]
    [MemberData(nameof(ImageCases.LargeForQemu), MemberType = typeof(ImageCases))]
    public void Large(string variant, long diskSize) =>
        AssertQemuAgrees(Variant.Get(variant), ImageCases.MakeLarge(Variant.Get(variant), diskSize));

    [Theory]
    [MemberData(nameof(ImageCases.EmptyForQemu), MemberType = typeof(ImageCases))]
    public void Empty(string variant, long diskSize) => AssertQemuAgrees(Variant.Get(variant), Scenario.Empty(diskSize));

    /// <summary>As large as a format gets, where no raw file could stand beside it.</summary>
    [Theory]
    [InlineData("vhdx", 64L << 40)]
    [InlineData("qcow2", 2L << 50)]
    [InlineData("vmdk", 2047L << 30)]
    [InlineData("vmdk-stream", 2047L << 30)]
    [InlineData("vhd", 2040L << 30)]
    [InlineData("vdi", 4L << 40)]
    public void Largest(string variant, long diskSize)
    {
        Tool.QemuImg.SkipIfMissing();
        using TempFolder folder = new();
        Scenario scenario = Scenario.Around(diskSize, "ascending", diskSize / 2, diskSize - (1 << 20));
        string image = Write(folder, Variant.Get(variant), scenario, out _);
        AssertSound(Variant.Get(variant), image, diskSize);
    }

    private static void AssertQemuAgrees(Variant variant, Scenario scenario)
    {
        Tool.QemuImg.SkipIfMissing();
        using TempFolder folder = new();
        string image = Write(folder, variant, scenario, out long imageSize);
        AssertSound(variant, image, imageSize);

        string raw = folder.File("disk.raw");
        scenario.WriteRaw(raw, imageSize);
        foreach ((long start, long length) in PartsToCompare(variant, scenario, imageSize))
        {
            Tool.QemuImg.Run("compare", Part("raw", raw, start, length), Part(variant.QemuFormat!, image, start, length));
        }
    }

    /// <summary>
    /// The whole disk where that is quick. Of a large disk in a format of which qemu-img reads every zero, only the surroundings
    /// of what is there; the readers of these tests have looked at the tables themselves.
    /// </summary>
    private static IEnumerable<(long Start, long Length)> PartsToCompare(Variant variant, Scenario scenario, long imageSize)
    {
        const long Large = 64 << 20;
        const long Surroundings = 4 << 20;
        if (imageSize <= Large || variant.QemuFormat is "qcow2" or "vpc")
        {
            return [(0, imageSize)];
        }

        return scenario.Pieces
            .Select(piece => piece.Offset / Surroundings * Surroundings)
            .Append(imageSize / 2 / Surroundings * Surroundings)
            .Distinct()
            .Select(start => (start, System.Math.Min(Surroundings, imageSize - start)));
    }

    private static string Part(string format, string path, long start, long length) => "json:" + JsonSerializer.Serialize(new
    {
        driver = "raw",
        offset = start,
        size = length,
        file = new { driver = format, file = new { driver = "file", filename = path } },
    });

    private static string Write(TempFolder folder, Variant variant, Scenario scenario, out long imageSize)
    {
        string path = folder.File("disk" + ImageFormats.Get(variant.Format).Extension);
        using FileStream image = new(path, FileMode.CreateNew, FileAccess.ReadWrite);
        using ImageWriter writer = variant.CreateWriter(image, scenario.DiskSize);
        scenario.WriteTo(writer);
        imageSize = writer.ImageSize;
        return path;
    }

    private static void AssertSound(Variant variant, string image, long imageSize)
    {
        // Its driver for VHD has no check.
        if (variant.QemuFormat != "vpc")
        {
            Tool.QemuImg.Run("check", "-f", variant.QemuFormat!, image);
        }

        // Without a format named, qemu-img has to recognize it; a fixed VHD has its signature at the end, where it does not look.
        string[] format = variant is { QemuFormat: "vpc", Options.Fixed: true } ? ["-f", "vpc"] : [];
        using JsonDocument info = JsonDocument.Parse(Tool.QemuImg.Run(["info", "--output=json", .. format, image]));
        Assert.Equal(variant.QemuFormat, info.RootElement.GetProperty("format").GetString());
        Assert.Equal(imageSize, info.RootElement.GetProperty("virtual-size").GetInt64());
    }
}
