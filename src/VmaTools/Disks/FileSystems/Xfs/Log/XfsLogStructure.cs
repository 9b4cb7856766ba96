using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>Where structures of version 5, told by their magic numbers, say when they were written last, and have their checksums.</summary>
/// <param name="Sequence">Offset of the sequence number; -1 where the structure has none that can be trusted.</param>
/// <param name="Uuid">Offset of the file system's identity.</param>
/// <param name="Checksum">Offset of the checksum.</param>
/// <param name="Unit">Bytes that one checksum covers; 0 for all.</param>
internal readonly record struct XfsLogStructure(int Sequence, int Uuid, int Checksum, int Unit = 0)
{
    private const uint Inode = 0x494e;
    private const uint InodeVersion = 3;

    /// <summary>When a structure was written last; 0 where it does not say.</summary>
    public static ulong SequenceOf(ReadOnlySpan<byte> bytes, XfsSuperblock superblock)
    {
        if (Find(bytes, superblock) is not { Sequence: >= 0 } structure
            || !bytes.Slice(structure.Uuid, 16).SequenceEqual(superblock.MetaUuid))
        {
            return 0;
        }

        ulong sequence = BigEndian.U64(bytes, structure.Sequence);
        return sequence == ulong.MaxValue ? 0 : sequence;
    }

    /// <summary>Gives a structure that was changed the checksum of what it is now.</summary>
    public static void Seal(XfsLogSectors sectors, XfsSuperblock superblock, long offset, int length)
    {
        byte[] bytes = sectors.Read(offset, length);
        if (Find(bytes, superblock) is not XfsLogStructure structure)
        {
            return;
        }

        int unit = structure.Unit == 0 ? length : structure.Unit;
        byte[] checksum = new byte[4];
        for (int start = 0; start + unit <= length; start += unit)
        {
            ReadOnlySpan<byte> part = bytes.AsSpan(start, unit);
            if (Find(part, superblock) == structure)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(checksum, XfsHeader.ChecksumOf(part, structure.Checksum));
                sectors.Write(offset + start + structure.Checksum, checksum);
            }
        }
    }

    private static XfsLogStructure? Find(ReadOnlySpan<byte> bytes, XfsSuperblock superblock)
    {
        switch (BigEndian.U32(bytes, 0))
        {
            case XfsSuperblock.Magic:
                return new XfsLogStructure(240, superblock.Features.HasMetaUuid ? 248 : 32, XfsFeatures.ChecksumOffset);
            case 0x58414746: // XAGF
                return new XfsLogStructure(208, 64, 216);
            case 0x58414749: // XAGI
                return new XfsLogStructure(320, 296, 312);
            case 0x5841464c: // XAFL
                return new XfsLogStructure(24, 8, 32);
            case 0x41423342 or 0x41423343 or 0x49414233 or 0x46494233 or 0x524d4233 or 0x52334643: // AB3B, AB3C, IAB3, FIB3, RMB3, R3FC
                return new XfsLogStructure(24, 32, 52);
            case 0x424d4133: // BMA3
                return new XfsLogStructure(32, 40, 64);
            case 0x58444233 or 0x58444433 or 0x58444633: // XDB3, XDD3, XDF3
                return new XfsLogStructure(16, 24, 4);
            case 0x58534c4d: // XSLM
                return new XfsLogStructure(48, 16, 12);
            case 0x5841524d: // XARM: written before the transaction, and never logged but as a whole
                return new XfsLogStructure(-1, 16, 12, superblock.BlockSize);
            default:
                break;
        }

        if (BigEndian.U16(bytes, 8) is 0x3ebe or 0x3bee or 0x3df1 or 0x3dff)
        {
            return new XfsLogStructure(24, 32, 12);
        }

        return BigEndian.U16(bytes, 0) == Inode && bytes[4] == InodeVersion
            ? new XfsLogStructure(-1, 160, 100, superblock.InodeSize)
            : null;
    }
}
