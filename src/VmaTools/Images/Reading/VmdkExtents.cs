using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Disks;
using VmaTools.Disks.Volumes;
using VmaTools.Guests.Descriptions;

namespace VmaTools.Images.Reading;

/// <summary>Puts the disk together that a VMDK's descriptor tells of, from files beside it.</summary>
internal sealed class VmdkExtents : IDisposable
{
    private readonly ImageFile _descriptorFile;
    private readonly Func<string, DiskBytes> _open;
    private readonly List<VmaFinding> _findings;
    private readonly List<IDisposable> _opened = [];
    private readonly List<string> _paths = [];

    /// <param name="descriptorFile">The file of the descriptor.</param>
    /// <param name="open">Opens a file.</param>
    /// <param name="findings">Where findings go.</param>
    public VmdkExtents(ImageFile descriptorFile, Func<string, DiskBytes> open, List<VmaFinding> findings)
    {
        _descriptorFile = descriptorFile;
        _open = open;
        _findings = findings;
    }

    /// <summary>Full paths of the files that hold the disk.</summary>
    public IReadOnlyList<string> Paths => _paths;

    /// <summary>The disk.</summary>
    /// <exception cref="VmaException">A part is not there, too short, outside of the folder, or of a kind that is not read.</exception>
    public DiskBytes Join(VmdkDescriptor descriptor)
    {
        if (descriptor.Extents.Count == 0)
        {
            throw _descriptorFile.Damaged("its descriptor names no extent.");
        }

        List<DiskBytes> parts = [.. descriptor.Extents.Select(Open)];
        long size = 0;
        foreach (DiskBytes part in parts)
        {
            if (part.Length > long.MaxValue - size)
            {
                throw _descriptorFile.Damaged("its extents are larger together than a disk can be.");
            }

            size += part.Length;
        }

        return new JoinedDiskBytes(parts, VmdkHeader.SectorSize);
    }

    public void Dispose()
    {
        foreach (IDisposable opened in _opened)
        {
            opened.Dispose();
        }
    }

    private DiskBytes Open(VmdkExtentLine extent)
    {
        if (extent.Access == "NOACCESS")
        {
            throw _descriptorFile.NotSupported("an extent may not be read (NOACCESS).");
        }

        switch (extent.Kind)
        {
            case "ZERO":
                return new ZeroDiskBytes(extent.Length);
            case "FLAT" or "VMFS":
                (string path, DiskBytes bytes) = OpenFile(extent.File);
                new ImageFile(path, bytes, "VMDK", _findings).CheckRange(extent.Offset, extent.Length, "An extent");
                return new RangeDiskBytes(bytes, extent.Offset, extent.Length);
            case "SPARSE":
                return OpenSparse(extent);
            default:
                throw _descriptorFile.NotSupported($"extents of kind {Printable.Short(extent.Kind)} are not read; FLAT, VMFS, SPARSE and ZERO are.");
        }
    }

    private RangeDiskBytes OpenSparse(VmdkExtentLine extent)
    {
        (string path, DiskBytes bytes) = OpenFile(extent.File);
        ImageFile file = new(path, bytes, "VMDK", _findings);
        if (!VmdkSparseHeader.Matches(file.Read(0, VmdkHeader.SectorSize, "The header")))
        {
            throw file.Damaged("a sparse extent does not begin as one.", 0);
        }

        VmdkSparseImage image = new(file, VmdkSparseHeader.Read(file));
        _opened.Add(image);
        return image.Length >= extent.Length
            ? new RangeDiskBytes(image, 0, extent.Length)
            : throw file.Damaged($"an extent of {extent.Length} bytes is in a file for {image.Length}.", 0);
    }

    private (string Path, DiskBytes Bytes) OpenFile(string name)
    {
        if (_descriptorFile.Path is null)
        {
            throw _descriptorFile.NotSupported("the disk is in files beside the descriptor, and a stream has none; give the path.");
        }

        string path = FileBeside.Find(_descriptorFile.Path, name, "VMDK: the extent", _descriptorFile.NotSupported);
        DiskBytes bytes = _open(path);
        _opened.Add(bytes);
        _paths.Add(path);
        return (path, bytes);
    }
}
