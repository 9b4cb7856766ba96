using System;
using VmaTools.Bytes;
using VmaTools.Disks.Partitions;

namespace VmaTools.Disks.FileSystems.Iso;

/// <summary>What the descriptors at 32 KiB say: where the root directories are, that of Joliet too.</summary>
/// <remarks>
/// <code>
/// one in each sector of 2048 bytes, both byte orders, of which the little-endian is read:
///   0 type (1 primary, 2 supplementary, 255 the last)   1 "CD001"   40 label [32]   80 blocks u32   88 escape sequences [32]
/// 128 block size u16   156 record of the root directory [34]
/// "BEA01", "NSR02", "NSR03" in the place of "CD001": UDF
/// </code>
/// </remarks>
internal sealed class IsoDescriptors
{
    public const int SectorSize = 2048;

    private const int Start = 16 * SectorSize;
    private const int MaxDescriptors = 64;
    private const int RootRecord = 156;

    private IsoDescriptors(byte[] primary)
    {
        BlockSize = LittleEndian.U16(primary, 128);
        Size = (long)LittleEndian.U32(primary, 80) * BlockSize;
        Label = FieldText.Utf8(primary.AsSpan(40, 32));
        Uuid = IsoIdentity.Of(primary);
        Root = primary.AsSpan(RootRecord, IsoRecord.FixedSize).ToArray();
    }

    public int BlockSize { get; }

    /// <summary>Bytes that the file system takes.</summary>
    public long Size { get; }

    public string? Label { get; }

    public string? Uuid { get; }

    /// <summary>The record of the root directory.</summary>
    public byte[] Root { get; }

    /// <summary>The record of the root directory of Joliet; null where there is none.</summary>
    public byte[]? JolietRoot { get; private set; }

    /// <summary>Whether there is a UDF beside it.</summary>
    public bool HasUdf { get; private set; }

    /// <summary>Reads them, or gives null where none is.</summary>
    /// <exception cref="VmaException">They make no sense.</exception>
    public static IsoDescriptors? Read(DiskBytes volume)
    {
        IsoDescriptors? found = null;
        byte[] sector = new byte[SectorSize];
        bool isBehindLast = false;
        for (int i = 0; i < MaxDescriptors; i++)
        {
            long offset = Start + ((long)i * SectorSize);
            if (offset + SectorSize > volume.Length || volume.FindRange(offset, SectorSize) is { Kind: KnownRangeKind.Lost })
            {
                break;
            }

            volume.Read(offset, sector);
            ReadOnlySpan<byte> name = sector.AsSpan(1, 5);
            if (found is not null && name.StartsWith("NSR0"u8))
            {
                found.HasUdf = true;
            }

            bool isIso = name.SequenceEqual("CD001"u8);
            if (found is null && !(isIso && sector[0] == 1))
            {
                return null;
            }

            if (!isIso && !name.SequenceEqual("BEA01"u8) && !name.SequenceEqual("TEA01"u8) && !name.StartsWith("NSR0"u8))
            {
                break;
            }

            isBehindLast |= isIso && sector[0] == byte.MaxValue;
            found ??= Primary(sector, offset);
            if (!isBehindLast && isIso && sector[0] == 2 && IsJoliet(sector))
            {
                found.JolietRoot = sector.AsSpan(RootRecord, IsoRecord.FixedSize).ToArray();
            }
        }

        return found;
    }

    private static IsoDescriptors Primary(byte[] sector, long offset)
    {
        IsoDescriptors primary = new(sector);
        return primary.BlockSize is 512 or 1024 or SectorSize
            ? primary
            : throw IsoErrors.Damaged($"The blocks of the ISO 9660 have {primary.BlockSize} bytes, which makes no sense.", offset);
    }

    private static bool IsJoliet(ReadOnlySpan<byte> sector)
    {
        ReadOnlySpan<byte> escape = sector.Slice(88);
        return escape.StartsWith("%/@"u8) || escape.StartsWith("%/C"u8) || escape.StartsWith("%/E"u8);
    }
}
