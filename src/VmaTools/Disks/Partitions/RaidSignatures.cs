using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.Partitions;

/// <summary>Members of Linux software RAID.</summary>
internal static class RaidSignatures
{
    private const uint Magic = 0xA92B4EFC;
    private const int OldReserved = 0x10000;

    /// <summary>Version 0.90 in the last whole 64 KiB, 1.0 near the end, 1.1 at the start, 1.2 at 4 KiB.</summary>
    public static FileSystemFacts? Mdraid(DiskReader partition, byte[] head)
    {
        long length = partition.Length;
        if (length > OldReserved)
        {
            long oldOffset = (length & ~(OldReserved - 1L)) - OldReserved;
            if (Old(partition.Read(oldOffset, 4096), oldOffset) is FileSystemFacts old)
            {
                return old;
            }

            long endOffset = (length & ~0xFFFL) - 0x2000;
            if (Version1(partition.Read(endOffset, 4096), 0, endOffset, "mdraid 1.0") is FileSystemFacts atEnd)
            {
                return atEnd;
            }
        }

        return Version1(head, 0, 0, "mdraid 1.1") ?? Version1(head, 4096, 4096, "mdraid 1.2");
    }

    // In the byte order of the machine:
    // 0 magic u32   4 major u32   8 minor u32   20 UUID, first word   32 size in KiB u32   52 UUID, other three words
    private static FileSystemFacts? Old(ReadOnlySpan<byte> block, long offset)
    {
        bool isLittle = BinaryPrimitives.ReadUInt32LittleEndian(block) == Magic;
        if (!isLittle && BinaryPrimitives.ReadUInt32BigEndian(block) != Magic)
        {
            return null;
        }

        uint kib = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(32)) : BinaryPrimitives.ReadUInt32BigEndian(block.Slice(32));
        if (kib * 1024L > offset)
        {
            return null;
        }

        byte[] uuid = new byte[16];
        block.Slice(20, 4).CopyTo(uuid);
        block.Slice(52, 12).CopyTo(uuid.AsSpan(4));
        if (isLittle)
        {
            // The words are numbers; the UUID is written with their most significant byte first.
            for (int i = 0; i < 16; i += 4)
            {
                Array.Reverse(uuid, i, 4);
            }
        }

        return new FileSystemFacts("mdraid 0.90", null, FieldText.Uuid(uuid));
    }

    // Little-endian: 0 magic u32   4 major u32   16 set UUID   32 set name [32]   144 own sector u64
    private static FileSystemFacts? Version1(byte[] bytes, int at, long offset, string name)
    {
        ReadOnlySpan<byte> block = bytes.AsSpan(at);
        bool isSuperblock = BinaryPrimitives.ReadUInt32LittleEndian(block) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(4)) == 1
            && BinaryPrimitives.ReadUInt64LittleEndian(block.Slice(144)) == (ulong)offset / 512;
        return isSuperblock ? new FileSystemFacts(name, FieldText.Utf8(block.Slice(32, 32)), FieldText.Uuid(block.Slice(16))) : null;
    }
}
