using System;
using System.Buffers.Binary;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.Disks.FileSystems.Xfs;

namespace VmaTools.Tests.Disks;

/// <summary>Makes the checksums of a damaged XFS with blocks of 4 KiB and inodes of 512 bytes right again.</summary>
internal static class XfsSeals
{
    private const ushort InodeMagic = 0x494e;

    private static readonly (uint Magic, int Checksum, int Length)[] Structures =
    [
        (0x58465342, 224, 512), (0x58444233, 4, 4096), (0x58444433, 4, 4096), (0x424d4133, 64, 4096), (0x58534c4d, 12, 4096), (0x5841524d, 12, 4096),
    ];

    public static bool IsStructure(byte[] page)
    {
        uint magic = BigEndian.U32(page, 0);
        return magic >> 16 == InodeMagic || Structures.Any(s => s.Magic == magic) || IsNode(page);
    }

    /// <summary>Gives everything in a page the checksum that fits it.</summary>
    public static void Mend(SparseBytes volume, long page)
    {
        byte[] bytes = volume.Read(page, SparseBytes.PageSize);
        for (int at = 0; at < bytes.Length; at += 512)
        {
            if (BigEndian.U16(bytes, at) == InodeMagic)
            {
                Seal(bytes.AsSpan(at, 512), 100);
            }
        }

        uint magic = BigEndian.U32(bytes, 0);
        foreach ((uint itsMagic, int checksum, int length) in Structures)
        {
            if (magic == itsMagic)
            {
                Seal(bytes.AsSpan(0, length), checksum);
            }
        }

        if (IsNode(bytes))
        {
            Seal(bytes, 12);
        }

        volume.Write(page, bytes);
    }

    private static bool IsNode(byte[] page) => BigEndian.U16(page, 8) is 0x3ebe or 0x3bee or 0x3df1 or 0x3dff;

    private static void Seal(Span<byte> bytes, int checksum) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.Slice(checksum), XfsHeader.ChecksumOf(bytes, checksum));
}
