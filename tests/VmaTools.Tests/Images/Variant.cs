using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Images;
using VmaTools.Tests.Images.Readers;

namespace VmaTools.Tests.Images;

/// <summary>One way to write an image, and how others call it.</summary>
internal sealed record Variant(string Name, ImageFormat Format, ImageOptions Options, string? QemuFormat, string? SevenZipType)
{
    public static readonly IReadOnlyList<Variant> All =
    [
        new("vhdx", ImageFormat.Vhdx, Stable(new()), "vhdx", null),

        // QEMU refuses to open sectors of 4096 bytes.
        new("vhdx-4096", ImageFormat.Vhdx, Stable(new() { LogicalSectorSize = 4096 }), null, null),
        new("vhdx-fixed", ImageFormat.Vhdx, Stable(new() { Fixed = true }), "vhdx", null),
        new("vhd", ImageFormat.Vhd, Stable(new()), "vpc", "vhd"),
        new("vhd-fixed", ImageFormat.Vhd, Stable(new() { Fixed = true }), "vpc", "vhd"),
        new("qcow2", ImageFormat.Qcow2, Stable(new()), "qcow2", "qcow"),
        new("vmdk", ImageFormat.Vmdk, Stable(new()), "vmdk", "vmdk"),
        new("vmdk-ide", ImageFormat.Vmdk, Stable(new() { VmdkAdapter = VmdkAdapter.Ide }), "vmdk", "vmdk"),
        new("vmdk-stream", ImageFormat.Vmdk, Stable(new() { VmdkSubformat = VmdkSubformat.StreamOptimized }), "vmdk", "vmdk"),
        new("vdi", ImageFormat.Vdi, Stable(new()), "vdi", "vdi"),
    ];

    /// <summary>False for the one layout that cannot take data out of order.</summary>
    public bool AnyOrder => Options.VmdkSubformat != VmdkSubformat.StreamOptimized;

    public static Variant Get(string name) => All.First(variant => variant.Name == name);

    public ImageWriter CreateWriter(Stream target, long diskSize) => ImageFormats.Create(Format, Options, target, diskSize);

    public ImageReader Read(Stream image) => Format switch
    {
        ImageFormat.Vhdx => new VhdxReader(image),
        ImageFormat.Vhd => new VhdReader(image),
        ImageFormat.Qcow2 => new Qcow2Reader(image),
        ImageFormat.Vmdk when Options.VmdkSubformat == VmdkSubformat.StreamOptimized => new VmdkStreamReader(image),
        ImageFormat.Vmdk => new VmdkReader(image),
        ImageFormat.Vdi => new VdiReader(image),
        _ => throw new InvalidOperationException(),
    };

    public override string ToString() => Name;

    private static ImageOptions Stable(ImageOptions options)
    {
        int count = 0;
        return new ImageOptions
        {
            Fixed = options.Fixed,
            LogicalSectorSize = options.LogicalSectorSize,
            VmdkAdapter = options.VmdkAdapter,
            VmdkSubformat = options.VmdkSubformat,
            FileName = "disk.vmdk",
            Created = new DateTimeOffset(2024, 2, 29, 12, 0, 0, TimeSpan.Zero),
            NewGuid = () => new Guid(0x11223344, 0x5566, 0x4788, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0, (byte)++count),
        };
    }
}
