using System;
using System.Buffers.Binary;
using System.Linq;
using VmaTools.Bytes;

namespace VmaTools.Tests.Disks;

/// <summary>Makes the checksums of a damaged Btrfs (crc32c) right again.</summary>
internal static class BtrfsSeals
{
    public const int Superblock = 65536;

    private const int SuperblockSize = 4096;

    /// <summary>The places of what are blocks of trees by their looks.</summary>
    public static long[] Nodes(SparseBytes volume, int nodeSize)
    {
        byte[] uuid = volume.Read(Superblock + 32, 16);
        return volume.Pages.Where(p => p != Superblock && p + nodeSize <= volume.Length
            && volume.Read(p + 32, 16).AsSpan().SequenceEqual(uuid) && !volume.Read(p + 64, 8).AsSpan().SequenceEqual("_BHRfS_M"u8)).ToArray();
    }

    /// <summary>Gives a node, or the superblock, the checksum that fits it.</summary>
    public static void Mend(SparseBytes volume, long place, int nodeSize)
    {
        byte[] bytes = volume.Read(place, place == Superblock ? SuperblockSize : nodeSize);
        uint checksum = Crc32C.Compute(bytes.AsSpan(32));
        if (checksum != BinaryPrimitives.ReadUInt32LittleEndian(bytes))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, checksum);
            volume.Write(place, bytes.AsSpan(0, 4));
        }
    }
}
