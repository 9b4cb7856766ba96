using System;
using VmaTools.Bytes;

namespace VmaTools.Images.Reading;

/// <summary>The header of a sparse VMDK file, or its copy at the end, which counts where the first one says so.</summary>
/// <remarks>
/// Little-endian; positions are sectors of 512 bytes.
/// <code>
///   0  "KDMV"            4     28  offset of the descriptor  8     56  offset of the directory  8 (-1: see the copy at the end)
///   4  version           4     36  its length                8     64  where grains begin       8
///   8  flags             4     44  entries of a grain table  4     72  in use                   1
///  12  size of the disk  8     48  offset of the redundant         73  newline test             4
///  20  size of a grain   8         directory                 8     77  compression, 1: zlib     2
/// </code>
/// The end of a file that was written as a stream: a sector that marks the footer, the footer, a sector that marks the end.
/// </remarks>
internal sealed class VmdkSparseHeader
{
    private const int SectorSize = VmdkHeader.SectorSize;
    private const int FooterDistance = 3 * SectorSize;
    private const uint MaxVersion = 3;
    private const ulong MaxSectors = 1UL << 52;
    private const ulong MaxGrainSectors = 1 << 14;
    private const uint MaxTableEntries = 1 << 14;
    private const uint FooterMark = 3;
    private const uint ZeroGrainsBit = 4;

    private VmdkSparseHeader(uint flags, long size, int grainSize, int tableEntries, long directory, long descriptor, long descriptorLength)
    {
        HasZeroGrains = (flags & ZeroGrainsBit) != 0;
        IsCompressed = (flags & VmdkHeader.HasCompressedGrains) != 0;
        Size = size;
        GrainSize = grainSize;
        TableEntries = tableEntries;
        DirectoryOffset = directory;
        DescriptorOffset = descriptor;
        DescriptorLength = descriptorLength;
    }

    /// <summary>Whether the number 1 in a grain table means zeros.</summary>
    public bool HasZeroGrains { get; }

    public bool IsCompressed { get; }

    /// <summary>Size of the disk in bytes.</summary>
    public long Size { get; }

    public int GrainSize { get; }

    /// <summary>Entries of a grain table.</summary>
    public int TableEntries { get; }

    public long DirectoryOffset { get; }

    /// <summary>Byte offset of the descriptor; 0 where there is none.</summary>
    public long DescriptorOffset { get; }

    public long DescriptorLength { get; }

    public static bool Matches(ReadOnlySpan<byte> start) => start.StartsWith("KDMV"u8);

    public static VmdkSparseHeader Read(ImageFile file)
    {
        byte[] header = file.Read(0, SectorSize, "The header");
        long place = 0;
        if (LittleEndian.I64(header, 56) == VmdkHeader.DirectoryInFooter)
        {
            place = file.Length - FooterDistance + SectorSize;
            byte[] end = file.Read(file.Length - FooterDistance, 2 * SectorSize, "The footer");
            header = end.AsSpan(SectorSize).ToArray();
            if (LittleEndian.U32(end, 12) != FooterMark || !Matches(header))
            {
                throw file.Damaged("its footer is not at the end; the file may have been cut.", place);
            }
        }

        return Parse(file, header, place);
    }

    private static VmdkSparseHeader Parse(ImageFile file, byte[] header, long place)
    {
        uint version = LittleEndian.U32(header, 4);
        if (version is 0 or > MaxVersion)
        {
            throw file.NotSupported($"version {version} of the format is not read; versions 1 to {MaxVersion} are.");
        }

        uint flags = LittleEndian.U32(header, 8);
        ushort compression = LittleEndian.U16(header, 77);
        bool isCompressed = (flags & VmdkHeader.HasCompressedGrains) != 0;
        if (compression > 1 || (isCompressed && (compression != 1 || (flags & VmdkHeader.HasMarkers) == 0)))
        {
            throw file.NotSupported("its grains are compressed in a way that is not known here.");
        }

        if (!isCompressed && (flags & VmdkHeader.HasMarkers) != 0)
        {
            throw file.NotSupported("grains with markers that are not compressed are not read.");
        }

        // A transfer as text changes line ends; the bytes after the flags are there to show it.
        if ((flags & VmdkHeader.NewlineTest) != 0 && !header.AsSpan(73, 4).SequenceEqual("\n \r\n"u8))
        {
            throw file.Damaged("its line ends were changed, as a transfer as text does.", place + 73);
        }

        ulong size = LittleEndian.U64(header, 12);
        ulong grain = LittleEndian.U64(header, 20);
        uint entries = LittleEndian.U32(header, 44);
        ulong directory = LittleEndian.U64(header, 56);
        ulong descriptor = LittleEndian.U64(header, 28);
        ulong descriptorLength = LittleEndian.U64(header, 36);
        if (size > MaxSectors || directory > MaxSectors || descriptor > MaxSectors || descriptorLength > MaxSectors
            || grain is 0 or > MaxGrainSectors || (grain & (grain - 1)) != 0
            || entries is 0 or > MaxTableEntries)
        {
            throw file.Damaged($"a disk of {size} sectors in grains of {grain} and tables of {entries} cannot be.", place);
        }

        if (header[72] != 0)
        {
            file.Tell(VmaCodes.ImageNotClosed, "the image was not closed.", place + 72);
        }

        VmdkSparseHeader parsed = new(
            flags,
            (long)size * SectorSize,
            (int)grain * SectorSize,
            (int)entries,
            (long)directory * SectorSize,
            (long)descriptor * SectorSize,
            (long)descriptorLength * SectorSize);
        long tables = (parsed.Size + ((long)parsed.GrainSize * entries) - 1) / ((long)parsed.GrainSize * entries);
        file.CheckRange(parsed.DirectoryOffset, tables * VmdkHeader.EntrySize, "The directory of grain tables");
        return parsed;
    }
}
