using System;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Images.Reading;

/// <summary>The footer of a VHD: the last sector of the file, and of one that is not fixed the first one, too.</summary>
/// <remarks>
/// Big-endian.
/// <code>
///   0  "conectix"        8     40  size when made    8     64  complement of the sum of all bytes but these  4
///   8  features          4     48  size              8     68  id       16
///  12  version           4     56  geometry          4
///  16  offset of the dynamic header 8   60  2 fixed, 3 dynamic, 4 differencing   4
/// </code>
/// </remarks>
internal sealed class VhdFooter
{
    public const int Size = 512;
    public const uint Fixed = 2;
    public const uint Dynamic = 3;
    private const uint Differencing = 4;
    private const int ChecksumAt = 64;

    private VhdFooter(uint kind, long diskSize, long headerOffset)
    {
        Kind = kind;
        DiskSize = diskSize;
        HeaderOffset = headerOffset;
    }

    public uint Kind { get; }

    /// <summary>Size of the disk in bytes.</summary>
    public long DiskSize { get; }

    /// <summary>Where the header of a dynamic disk is.</summary>
    public long HeaderOffset { get; }

    public static bool Matches(ReadOnlySpan<byte> sector) => sector.StartsWith("conectix"u8);

    /// <summary>Reads the footer; where that is damaged, its copy.</summary>
    /// <exception cref="VmaException">Neither is whole, or it tells of a disk that is not read here.</exception>
    public static VhdFooter Read(ImageFile file)
    {
        if (file.Length < Size)
        {
            throw file.Damaged("it is too short.");
        }

        byte[] footer = file.Read(file.Length - Size, Size, "The footer");
        long place = file.Length - Size;
        if (!Matches(footer) || !IsWhole(footer, ChecksumAt, Size))
        {
            byte[] copy = file.Read(0, Size, "The copy of the footer");
            if (!Matches(copy) || !IsWhole(copy, ChecksumAt, Size))
            {
                throw file.Mismatch("the footer", place);
            }

            file.Tell(VmaCodes.ImageBackupUsed, "the footer at the end is missing or damaged; its copy at the start is used. The file may have been cut.", place);
            (footer, place) = (copy, 0);
        }

        uint kind = BigEndian.U32(footer, 60);
        if (kind == Differencing)
        {
            throw file.NeedsParent(ParentOf(file, BigEndian.U64(footer, 16)), "a differencing disk: merge it, or give the parent");
        }

        if (kind is not (Fixed or Dynamic))
        {
            throw file.NotSupported($"disks of kind {kind} are not read; fixed and dynamic ones are.");
        }

        ulong size = BigEndian.U64(footer, 48);
        ulong header = BigEndian.U64(footer, 16);
        return size > long.MaxValue / 2 || (kind == Dynamic && header > long.MaxValue)
            ? throw file.Damaged($"a disk of {size} bytes cannot be.", place)
            : new VhdFooter(kind, (long)size, (long)header);
    }

    /// <summary>The name that the header of a differencing disk has for its parent.</summary>
    private static string ParentOf(ImageFile file, ulong header)
    {
        const int NameAt = 64;
        const int NameSize = 512;
        return header + NameAt + NameSize > (ulong)file.Length
            ? string.Empty
            : Encoding.BigEndianUnicode.GetString(file.Read((long)header + NameAt, NameSize, "The name of the parent")).TrimEnd('\0');
    }

    /// <summary>Whether a structure matches the sum that it carries.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> structure, int checksumAt, int length)
    {
        uint sum = 0;
        for (int i = 0; i < length; i++)
        {
            sum += i >= checksumAt && i < checksumAt + sizeof(uint) ? (byte)0 : structure[i];
        }

        return BigEndian.U32(structure, checksumAt) == ~sum;
    }
}
