using System;
using System.Buffers.Binary;
using System.Globalization;

namespace VmaTools.Disks.Partitions;

/// <summary>UFS, the file system of BSD and of old Unix systems, in the byte order of the machine that made it.</summary>
internal static class UfsSignature
{
    private const uint Version1 = 0x00011954;
    private const uint Version2 = 0x19540119;
    private const int MagicOffset = 1372;
    private const int SuperblockSize = MagicOffset + 4;

    // UFS2 has its superblock at 64 KiB, UFS1 at 8; floppies have it at 0, and behind much boot code it is at 256 KiB.
    private static readonly int[] Places = [64 << 10, 8 << 10, 0, 256 << 10];

    // 144 identity u32 [2]   680 volume name [32] (UFS2)   1372 magic u32
    public static FileSystemFacts? Ufs(DiskReader partition, byte[] head)
    {
        foreach (int place in Places)
        {
            ReadOnlySpan<byte> block = place + SuperblockSize <= head.Length
                ? head.AsSpan(place, SuperblockSize)
                : partition.Read(place, SuperblockSize);
            bool isLittle = IsMagic(BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(MagicOffset)));
            uint magic = Number(block, MagicOffset, isLittle);
            if (IsMagic(magic))
            {
                return new FileSystemFacts(
                    magic == Version2 ? "UFS2" : "UFS1",
                    magic == Version2 ? FieldText.Utf8(block.Slice(680, 32)) : null,
                    string.Format(CultureInfo.InvariantCulture, "{0:x8}{1:x8}", Number(block, 144, isLittle), Number(block, 148, isLittle)));
            }
        }

        return null;
    }

    private static bool IsMagic(uint value) => value is Version1 or Version2;

    private static uint Number(ReadOnlySpan<byte> block, int offset, bool isLittle) => isLittle
        ? BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(offset))
        : BinaryPrimitives.ReadUInt32BigEndian(block.Slice(offset));
}
