using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.Volumes.Lvm;

/// <summary>A ring in which copies of the metadata, each a text, follow each other; its header points to the one that counts.</summary>
/// <remarks>
/// <code>
/// header, 512 bytes, little-endian:
///   0 CRC of the rest u32   4 " LVM2 x[5A%r0N*>"   20 version u32 (1)   24 own offset u64   32 size u64
///  40 texts: offset from the header u64, size u64, CRC u32, flags u32 (1: not used)…; an offset of 0 is the end
/// </code>
/// A text that reaches the end of the ring goes on behind the header.
/// </remarks>
internal static class LvmMetadataArea
{
    private const int HeaderSize = 512;
    private const uint IgnoredFlag = 1;

    // Rings of a MiB are usual; a volume group of thousands of volumes has a text of few MiB.
    private const int MaxText = 16 * 1024 * 1024;

    /// <summary>The text that counts, or null where the area is not in use.</summary>
    /// <exception cref="VmaException">It is damaged, or cannot be read.</exception>
    public static byte[]? ReadText(DiskBytes volume, long offset, long size)
    {
        if (offset < HeaderSize || offset > volume.Length - HeaderSize || size <= HeaderSize || size > volume.Length - offset)
        {
            throw Damaged("A metadata area of LVM lies outside of its physical volume.", offset);
        }

        byte[] header = volume.Read(offset, HeaderSize);
        ReadOnlySpan<byte> bytes = header;
        if (!bytes.Slice(4).StartsWith(" LVM2 x[5A%r0N*>"u8))
        {
            throw Damaged("No metadata area of LVM is where its label says.", offset);
        }

        if (LvmLabel.Crc(bytes.Slice(4)) != BinaryPrimitives.ReadUInt32LittleEndian(bytes))
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, "The checksum of the header of LVM's metadata does not match.", volumeOffset: offset);
        }

        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(40));
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(48));
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(56));
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(60));
        if (start == 0 || (flags & IgnoredFlag) != 0)
        {
            return null;
        }

        if (start < HeaderSize || start >= (ulong)size || length == 0 || length > (ulong)(size - HeaderSize) || length > MaxText)
        {
            throw Damaged("LVM's metadata point outside of their area.", offset);
        }

        byte[] text = new byte[(int)length];
        int straight = (int)Math.Min((long)length, size - (long)start);
        volume.Read(offset + (long)start, text.AsSpan(0, straight));
        if (straight < text.Length)
        {
            volume.Read(offset + HeaderSize, text.AsSpan(straight));
        }

        return LvmLabel.Crc(text) == checksum
            ? text
            : throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, "The checksum of LVM's metadata does not match.", volumeOffset: offset + (long)start);
    }

    private static VmaFileSystemException Damaged(string message, long offset) => new(VmaCodes.VolumeDamaged, message, volumeOffset: offset);
}
