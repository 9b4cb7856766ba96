using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Images;

/// <summary>Writes a VHD, dynamic or fixed.</summary>
/// <remarks>
/// Everything is big-endian. A fixed VHD is the disk followed by the footer. A dynamic one:
/// <code>
///  0     copy of the footer    512 bytes: sizes, geometry, kind, id, a checksum
///  512   dynamic disk header   1024 bytes: where the BAT is, how many blocks, a checksum
///  1536  BAT                   4 bytes a block: sector of the block's bitmap, 0xFFFFFFFF for none
///  ...   blocks                one sector of bitmap (a bit a sector, set: it holds data), then 2 MiB of data
///  end   footer
/// </code>
/// Readers expect the data right behind its bitmap, but not blocks right behind each other. Bitmaps are put at the end of a
/// 4 KiB page so that data starts at a page: a guest's aligned 4 KiB stay aligned on the host's disk.
/// </remarks>
internal sealed class VhdWriter : BlockImageWriter
{
    private const int VhdBlockSize = 2 << 20;
    private const int SectorSize = 512;
    private const int PageSize = 4096;
    private const int FooterSize = 512;
    private const int HeaderSize = 1024;
    private const int BatPosition = FooterSize + HeaderSize;
    private const int BatEntrySize = 4;
    private const uint NotAllocated = uint.MaxValue;
    private const uint FixedDisk = 2;
    private const uint DynamicDisk = 3;
    private const int BytesPerMiB = 1 << 20;

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ImageOptions _options;
    private readonly byte[] _fullBitmap = new byte[SectorSize];
    private readonly PagedTable _bat;
    private long _end;

    public VhdWriter(Stream target, long diskSize, ImageOptions options)
        : base(target, diskSize, ImageFormats.Get(ImageFormat.Vhd).ImageSize(diskSize, options), VhdBlockSize)
    {
        _options = options;

        // All bits set: no sector of a disk without a parent is looked up elsewhere, and what did not arrive is zero in the file.
        _fullBitmap.AsSpan().Fill(0xFF);
        long batLength = ((BlockCount * BatEntrySize) + SectorSize - 1) / SectorSize * SectorSize;
        _bat = new PagedTable(target, BatPosition, batLength, fill: 0xFF);
        _end = (BatPosition + batLength + PageSize - 1) / PageSize * PageSize;

        if (options.Fixed)
        {
            if (ImageSize % BytesPerMiB != 0)
            {
                Note($"The disk's size of {ImageSize} bytes is not a whole number of MiB; Azure takes only fixed VHDs whose size is.");
            }

            // In one step and before any data, so that a target that cannot hold the file says so now.
            ExtendTo(ImageSize + FooterSize);
        }
    }

    protected override bool HasSmallSectorsOnly => true;

    protected override long Locate(long block)
    {
        if (_options.Fixed)
        {
            return block * BlockSize;
        }

        uint sector = BinaryPrimitives.ReadUInt32BigEndian(_bat.Read(block * BatEntrySize, BatEntrySize));
        return sector == NotAllocated ? Nowhere : ((long)sector * SectorSize) + SectorSize;
    }

    protected override long Allocate(long block)
    {
        long data = _end + PageSize;
        long bitmap = data - SectorSize;
        _end = data + BlockSize;
        WriteAt(bitmap, _fullBitmap);
        BinaryPrimitives.WriteUInt32BigEndian(_bat.Edit(block * BatEntrySize, BatEntrySize), (uint)(bitmap / SectorSize));
        return data;
    }

    protected override void CompleteCore()
    {
        byte[] footer = MakeFooter();
        if (_options.Fixed)
        {
            WriteAt(ImageSize, footer);
            return;
        }

        _bat.Flush();
        WriteAt(_end, footer);
        WriteAt(FooterSize, MakeHeader());
        WriteAt(0, footer);
    }

    private byte[] MakeFooter()
    {
        byte[] footer = new byte[FooterSize];
        Span<byte> fields = footer;
        "conectix"u8.CopyTo(fields);
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(8), 2); // features: the bit that is always set
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(12), 0x0001_0000); // format version
        BinaryPrimitives.WriteUInt64BigEndian(fields.Slice(16), _options.Fixed ? ulong.MaxValue : FooterSize); // next structure
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(24), Timestamp(_options.Created));

        // The creator decides how the size is read. Geometry can express only some sizes, and for most creators ("vpc ", "vs  ",
        // "qemu") QEMU takes the disk to be cylinders x heads x sectors long, cutting its end off. It trusts the exact size of a
        // few; of these "win " is Hyper-V's own, which everything that reads VHDs knows, old QEMU and Azure included.
        "win "u8.CopyTo(fields.Slice(28));
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(32), 0x000A_0000); // creator version
        "Wi2k"u8.CopyTo(fields.Slice(36));
        BinaryPrimitives.WriteUInt64BigEndian(fields.Slice(40), (ulong)ImageSize); // original size
        BinaryPrimitives.WriteUInt64BigEndian(fields.Slice(48), (ulong)ImageSize); // current size
        WriteGeometry(fields.Slice(56), ImageSize / SectorSize);
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(60), _options.Fixed ? FixedDisk : DynamicDisk);
        _options.NewGuid().ToByteArray().CopyTo(fields.Slice(68));
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(64), Checksum(fields));
        return footer;
    }

    private byte[] MakeHeader()
    {
        byte[] header = new byte[HeaderSize];
        Span<byte> fields = header;
        "cxsparse"u8.CopyTo(fields);
        BinaryPrimitives.WriteUInt64BigEndian(fields.Slice(8), ulong.MaxValue); // next structure: none
        BinaryPrimitives.WriteUInt64BigEndian(fields.Slice(16), BatPosition);
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(24), 0x0001_0000); // header version
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(28), (uint)BlockCount);
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(32), VhdBlockSize);
        BinaryPrimitives.WriteUInt32BigEndian(fields.Slice(36), Checksum(fields));
        return header;
    }

    private static uint Timestamp(DateTimeOffset time)
    {
        double seconds = (time - Epoch).TotalSeconds;
        return (uint)Math.Max(0, Math.Min(seconds, uint.MaxValue));
    }

    /// <summary>
    /// The geometry a BIOS of that time would have given the disk, as the format's specification defines it: few sectors a
    /// track for small disks, more when more than 1024 cylinders would be needed. Programs that show it expect these values.
    /// </summary>
    private static void WriteGeometry(Span<byte> target, long sectors)
    {
        const int MaxHeads = 16;
        long total = Math.Min(sectors, 65535L * MaxHeads * 255);
        int perTrack;
        long heads;
        if (total >= 65535L * MaxHeads * 63)
        {
            perTrack = 255;
            heads = MaxHeads;
        }
        else
        {
            perTrack = 17;
            heads = Math.Max(4, ((total / perTrack) + 1023) / 1024);
            if (heads > MaxHeads || total / perTrack >= heads * 1024)
            {
                perTrack = 31;
                heads = MaxHeads;
            }

            if (total / perTrack >= heads * 1024)
            {
                perTrack = 63;
                heads = MaxHeads;
            }
        }

        BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)(total / perTrack / heads));
        target[2] = (byte)heads;
        target[3] = (byte)perTrack;
    }

    /// <summary>The complement of the sum of all bytes, the checksum's own still being zero.</summary>
    private static uint Checksum(ReadOnlySpan<byte> structure)
    {
        uint sum = 0;
        foreach (byte value in structure)
        {
            sum += value;
        }

        return ~sum;
    }
}
