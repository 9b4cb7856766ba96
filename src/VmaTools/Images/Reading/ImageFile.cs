using System;
using System.Collections.Generic;
using VmaTools.Disks;

namespace VmaTools.Images.Reading;

/// <summary>The file that an image is in, while its structures are read: bytes, checks of what they claim, and the errors.</summary>
internal sealed class ImageFile
{
    private readonly List<VmaFinding> _findings;

    /// <param name="path">Full path, or null for a stream.</param>
    /// <param name="bytes">The bytes of the file.</param>
    /// <param name="formatName">What the format is called.</param>
    /// <param name="findings">Where findings go.</param>
    public ImageFile(string? path, DiskBytes bytes, string formatName, List<VmaFinding> findings)
    {
        Path = path;
        Bytes = bytes;
        Tables = new CachedDiskBytes(bytes);
        FormatName = formatName;
        _findings = findings;
    }

    /// <summary>Full path, or null for a stream.</summary>
    public string? Path { get; }

    /// <summary>The bytes of the file, for content.</summary>
    public DiskBytes Bytes { get; }

    /// <summary>The same, of which those read last are kept: for tables.</summary>
    public DiskBytes Tables { get; }

    /// <summary>Bytes in the file.</summary>
    public long Length => Bytes.Length;

    private string FormatName { get; }

    /// <summary>Reads a structure.</summary>
    /// <exception cref="VmaException">It does not lie within the file.</exception>
    public byte[] Read(long offset, int count, string what)
    {
        CheckRange(offset, count, what);
        return Tables.Read(offset, count);
    }

    /// <summary>Reads into a buffer what was checked to lie within the file.</summary>
    public void Read(long offset, Span<byte> buffer) => Tables.Read(offset, buffer);

    /// <summary>Makes sure that something lies within the file.</summary>
    /// <exception cref="VmaException">It does not.</exception>
    public void CheckRange(long offset, long length, string what)
    {
        if (offset < 0 || length < 0 || length > Length - offset)
        {
            throw Damaged($"{what} ({length} bytes) reaches beyond the end of the file, which has {Length} bytes; it may have been cut.", offset);
        }
    }

    /// <summary>The error for what breaks the format's rules.</summary>
    public VmaException Damaged(string sentence, long? offset = null) =>
        new(VmaCodes.ImageDamaged, $"The {FormatName} image is damaged: {sentence}", Path, offset);

    /// <summary>The error for a structure that does not match its checksum.</summary>
    public VmaException Mismatch(string what, long offset) =>
        new(VmaCodes.ImageChecksumMismatch, $"The {FormatName} image is damaged: {what} does not match its checksum.", Path, offset);

    /// <summary>The error for a disk that holds only what differs from another one.</summary>
    /// <param name="parent">What the image calls that one; empty where it does not tell.</param>
    /// <param name="advice">What to do.</param>
    public VmaException NeedsParent(string parent, string advice) => NotSupported(
        $"the image holds only what differs from its parent{(parent.Length == 0 ? string.Empty : $" '{Printable.Short(parent)}'")}, which is not read; {advice}.");

    /// <summary>The error for what is not read here.</summary>
    public VmaException NotSupported(string sentence) => new(VmaCodes.ImageNotSupported, $"{FormatName}: {sentence}", Path);

    /// <summary>Tells something that does not keep the image from being read.</summary>
    public void Tell(string code, string sentence, long? offset = null) =>
        _findings.Add(new VmaFinding(code, VmaSeverity.Warning, $"{FormatName}: {sentence}", offset));
}
