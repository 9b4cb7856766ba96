using System;
using System.Collections.Generic;
using VmaTools.Disks;

namespace VmaTools.Images.Reading;

/// <summary>The door to the readers of images: the format is told by the bytes, never by the name.</summary>
internal static class ImageOpener
{
    private const int StartLength = 512;
    private const string Fixed = "fixed";
    private const string Dynamic = "dynamic";

    /// <summary>Formats that are known by their first bytes and not read.</summary>
    private static readonly (byte[] Start, string Name)[] Refused =
    [
        ("COWD"u8.ToArray(), "a sparse extent of ESX (vmfsSparse)"),
        ([0xBE, 0xBA, 0xFE, 0xCA, 0, 0, 0, 0], "a space-efficient sparse extent of ESX (seSparse)"),
        ("QED\0"u8.ToArray(), "a QED image"),
        ("WithoutFreeSpace"u8.ToArray(), "a Parallels image"),
        ("WithouFreSpacExt"u8.ToArray(), "a Parallels image"),
        ("EVF\t\r\n"u8.ToArray(), "an Expert Witness (E01) image"),
    ];

    /// <summary>Opens an image.</summary>
    /// <param name="path">Full path of the file, or null for a stream.</param>
    /// <param name="bytes">The bytes of the file. They are disposed with what is returned, and at once where that fails.</param>
    /// <param name="format">The format that it must have; null to tell it by the bytes, which are the disk itself where they are none.</param>
    /// <exception cref="VmaException">It is damaged, not of that format, or has what is not read here.</exception>
    public static OpenedImage Open(string? path, DiskBytes bytes, ImageFormat? format)
    {
        try
        {
            ImageFormat found = format == ImageFormat.Raw ? ImageFormat.Raw : Detect(path, bytes);
            return format is null || format == found
                ? Open(found, path, bytes)
                : throw new VmaException(VmaCodes.ImageDamaged, $"This is no {NameOf(format.Value)} image.", path);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>What the format is called.</summary>
    public static string NameOf(ImageFormat format) => ImageFormats.Get(format).Name;

    private static ImageFormat Detect(string? path, DiskBytes bytes)
    {
        byte[] start = bytes.Read(0, (int)Math.Min(StartLength, bytes.Length));
        foreach ((byte[] magic, string name) in Refused)
        {
            if (start.AsSpan().StartsWith(magic))
            {
                throw new VmaException(
                    VmaCodes.ImageNotSupported, $"The file begins as {name}, which is not read; if it is a raw disk, say that its format is raw.", path);
            }
        }

        if (Qcow2Header.Matches(start))
        {
            return ImageFormat.Qcow2;
        }

        if (VhdxHeader.Matches(start))
        {
            return ImageFormat.Vhdx;
        }

        // A text is a descriptor in a small file only: a guest could write one to its raw disk, and name files of others.
        if (VmdkSparseHeader.Matches(start) || (bytes.Length <= VmdkDescriptor.MaxLength && VmdkDescriptor.Matches(start)))
        {
            return ImageFormat.Vmdk;
        }

        if (VdiImage.Matches(start))
        {
            return ImageFormat.Vdi;
        }

        return VhdFooter.Matches(start) || (bytes.Length > VhdFooter.Size && VhdFooter.Matches(bytes.Read(bytes.Length - VhdFooter.Size, VhdFooter.Size)))
            ? ImageFormat.Vhd
            : ImageFormat.Raw;
    }

    private static OpenedImage Open(ImageFormat format, string? path, DiskBytes bytes)
    {
        List<VmaFinding> findings = [];
        ImageFile file = new(path, bytes, NameOf(format), findings);
        switch (format)
        {
            case ImageFormat.Qcow2:
                Qcow2Header header = Qcow2Header.Read(file);
                return new OpenedImage(format, $"version {header.Version}", new Qcow2Image(file, header), findings, [], bytes);
            case ImageFormat.Vhdx:
                DiskBytes replayed = VhdxLog.Replay(file, VhdxHeader.Read(file));
                ImageFile whole = replayed == bytes ? file : new ImageFile(path, replayed, NameOf(format), findings);
                VhdxLayout layout = VhdxLayout.Read(whole);
                return new OpenedImage(format, layout.IsFixed ? Fixed : Dynamic, new VhdxImage(whole, layout), findings, [], bytes);
            case ImageFormat.Vhd:
                return OpenVhd(file, findings);
            case ImageFormat.Vdi:
                VdiImage vdi = VdiImage.Open(file);
                return new OpenedImage(format, vdi.IsFixed ? Fixed : Dynamic, vdi, findings, [], bytes);
            case ImageFormat.Vmdk:
                return OpenVmdk(file, findings);
            default:
                return new OpenedImage(format, string.Empty, bytes, findings, []);
        }
    }

    private static OpenedImage OpenVhd(ImageFile file, List<VmaFinding> findings)
    {
        VhdFooter footer = VhdFooter.Read(file);
        if (footer.Kind == VhdFooter.Dynamic)
        {
            return new OpenedImage(ImageFormat.Vhd, Dynamic, VhdImage.Open(file, footer), findings, [], file.Bytes);
        }

        file.CheckRange(0, footer.DiskSize, "The disk");
        return new OpenedImage(ImageFormat.Vhd, Fixed, new RangeDiskBytes(file.Bytes, 0, footer.DiskSize), findings, [], file.Bytes);
    }

    private static OpenedImage OpenVmdk(ImageFile file, List<VmaFinding> findings)
    {
        if (!VmdkSparseHeader.Matches(file.Read(0, (int)Math.Min(StartLength, file.Length), "The header")))
        {
            return OpenByDescriptor(file, findings);
        }

        VmdkSparseHeader header = VmdkSparseHeader.Read(file);
        string variant = header.IsCompressed ? "streamOptimized" : "monolithicSparse";
        if (header.DescriptorOffset > 0 && header.DescriptorLength is > 0 and <= VmdkDescriptor.MaxLength)
        {
            byte[] text = file.Read(header.DescriptorOffset, (int)header.DescriptorLength, "The descriptor");
            variant = VmdkDescriptor.Parse(file, text).CreateType ?? variant;
        }

        return new OpenedImage(ImageFormat.Vmdk, variant, new VmdkSparseImage(file, header), findings, [], file.Bytes);
    }

    private static OpenedImage OpenByDescriptor(ImageFile file, List<VmaFinding> findings)
    {
        VmdkDescriptor descriptor = VmdkDescriptor.Parse(file, file.Read(0, (int)file.Length, "The descriptor"));
        VmdkExtents extents = new(file, FileDiskBytes.Reopen, findings);
        try
        {
            DiskBytes disk = extents.Join(descriptor);
            return new OpenedImage(ImageFormat.Vmdk, descriptor.CreateType ?? string.Empty, disk, findings, extents.Paths, extents, file.Bytes);
        }
        catch
        {
            extents.Dispose();
            throw;
        }
    }
}
