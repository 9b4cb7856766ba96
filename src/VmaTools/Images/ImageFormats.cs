using System;
using System.IO;

namespace VmaTools.Images;

/// <summary>What there is to know about a format before anything is written.</summary>
internal sealed class ImageFormatInfo
{
    public ImageFormatInfo(ImageFormat format, string name, string extension, long maxImageSize, string maxImageSizeText)
    {
        Format = format;
        Name = name;
        Extension = extension;
        MaxImageSize = maxImageSize;
        MaxImageSizeText = maxImageSizeText;
    }

    public ImageFormat Format { get; }

    /// <summary>The name people know the format by.</summary>
    public string Name { get; }

    /// <summary>The extension of its files, with the dot.</summary>
    public string Extension { get; }

    /// <summary>The largest disk the format can hold, in bytes.</summary>
    public long MaxImageSize { get; }

    /// <summary>The same in words.</summary>
    public string MaxImageSizeText { get; }

    /// <summary>
    /// True where the file may be marked sparse. Hyper-V refuses sparse VHD and VHDX files, and a format that allocates by
    /// itself gains nothing from it.
    /// </summary>
    public bool MayBeSparse => Format == ImageFormat.Raw;

    /// <summary>True where every block can be allocated in advance.</summary>
    public bool SupportsFixed => Format is ImageFormat.Vhd or ImageFormat.Vhdx;

    /// <summary>The unit of a disk's size in this format, in bytes; 1 for raw, which takes any size.</summary>
    public int SizeUnit(ImageOptions options) => Format switch
    {
        ImageFormat.Raw => 1,
        ImageFormat.Vhdx => options.LogicalSectorSize ?? 512,
        _ => 512,
    };

    /// <summary>The size that an image of a disk of <paramref name="diskSize"/> bytes claims: padded up to whole sectors.</summary>
    public long ImageSize(long diskSize, ImageOptions options)
    {
        int unit = SizeUnit(options);
        return (diskSize + unit - 1) / unit * unit;
    }
}

/// <summary>The formats, their limits, and the door to their writers.</summary>
internal static class ImageFormats
{
    private const long GiB = 1L << 30;

    private static readonly ImageFormatInfo[] Infos =
    [
        // The largest whole sector count of a signed 64-bit size.
        new(ImageFormat.Raw, "raw", ".raw", long.MaxValue - 511, "8 EiB"),

        // Set by the specification.
        new(ImageFormat.Vhdx, "VHDX", ".vhdx", 64 * 1024 * GiB, "64 TiB"),

        // Set by Hyper-V and QEMU; block offsets are 32-bit sector numbers, so that bitmaps and tables need the rest of 2 TiB.
        new(ImageFormat.Vhd, "VHD", ".vhd", 2040 * GiB, "2040 GiB"),

        // QEMU opens no L1 table above 32 MiB: 4 Mi entries, each standing for 512 MiB.
        new(ImageFormat.Qcow2, "QCOW2", ".qcow2", 2048 * 1024 * GiB, "2 PiB"),

        // Grains are found by 32-bit sector numbers, so the file ends at 2 TiB; the tables of a full disk take a part of it.
        new(ImageFormat.Vmdk, "VMDK", ".vmdk", 2047 * GiB, "2047 GiB"),

        // VirtualBox counts blocks in 32 bits; QEMU stops two bits earlier, so that the block map stays below 4 GiB.
        new(ImageFormat.Vdi, "VDI", ".vdi", 0x3FFF_FFFFL << 20, "1 PiB"),
    ];

    public static ImageFormatInfo Get(ImageFormat format) => Infos[(int)format];

    /// <summary>Finds the format a file's extension stands for; null for an unknown one. Only for naming outputs.</summary>
    public static ImageFormatInfo? FromExtension(string extension)
    {
        if (string.Equals(extension, ".img", StringComparison.OrdinalIgnoreCase))
        {
            return Get(ImageFormat.Raw);
        }

        return Array.Find(Infos, info => string.Equals(info.Extension, extension, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Tells, before any file is created, why a disk cannot be written in a format.</summary>
    /// <exception cref="VmaException">The disk is too large for the format, or the format lacks what the options ask for.</exception>
    public static void Check(ImageFormat format, ImageOptions options, long diskSize)
    {
        if (diskSize <= 0)
        {
            throw new ArgumentException("A disk has at least one byte.", nameof(diskSize));
        }

        ImageFormatInfo info = Get(format);
        if (options.Fixed && !info.SupportsFixed)
        {
            throw new VmaException(VmaCodes.ImageOptionNotSupported, $"A {info.Name} image cannot be of fixed size; VHD and VHDX can.");
        }

        if (format == ImageFormat.Vhdx && options.LogicalSectorSize is not (null or 512 or 4096))
        {
            throw new VmaException(
                VmaCodes.ImageOptionNotSupported,
                $"A VHDX image has sectors of 512 or 4096 bytes, not of {options.LogicalSectorSize}.");
        }

        // Compared before padding, which could overflow; every limit is itself whole sectors.
        if (diskSize > info.MaxImageSize)
        {
            throw new VmaException(
                VmaCodes.ImageTooLarge,
                $"A disk of {diskSize} bytes does not fit into a {info.Name} image, which holds at most {info.MaxImageSizeText} "
                + $"({info.MaxImageSize} bytes).");
        }
    }

    /// <summary>Makes the writer for a format.</summary>
    /// <param name="format">Any format but raw.</param>
    /// <param name="options">What the caller chose.</param>
    /// <param name="target">A fresh, empty stream that can seek, write and read.</param>
    /// <param name="diskSize">Size of the disk in bytes.</param>
    /// <exception cref="VmaException">As for <see cref="Check"/>.</exception>
    public static ImageWriter Create(ImageFormat format, ImageOptions options, Stream target, long diskSize)
    {
        Check(format, options, diskSize);
        return format switch
        {
            ImageFormat.Vhdx => new VhdxWriter(target, diskSize, options),
            ImageFormat.Vhd => new VhdWriter(target, diskSize, options),
            ImageFormat.Qcow2 => new Qcow2Writer(target, diskSize, options),
            ImageFormat.Vmdk when options.VmdkSubformat == VmdkSubformat.StreamOptimized => new VmdkStreamWriter(target, diskSize, options),
            ImageFormat.Vmdk => new VmdkWriter(target, diskSize, options),
            ImageFormat.Vdi => new VdiWriter(target, diskSize, options),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }
}
