using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Images;

/// <summary>Writes a VHDX, dynamic or fixed.</summary>
/// <remarks>
/// Everything is little-endian, every part starts at a whole MiB:
/// <code>
///  0        file identifier   "vhdxfile", name of the creator in UTF-16
///  64 KiB   header 1          4 KiB under a CRC-32C, lower sequence number
///  128 KiB  header 2          the same with the higher sequence number: the one in force
///  192 KiB  region table 1    64 KiB under a CRC-32C: where the BAT and the metadata are
///  256 KiB  region table 2    the same again
///  1 MiB    log               1 MiB; empty, told by a log GUID of zero
///  2 MiB    metadata          1 MiB: a table of items at 0, the items from 64 KiB on
///  3 MiB    BAT               8 bytes an entry: position in MiB from bit 20 on, state in bits 0-2. After every
///                             "chunk ratio" entries of payload blocks stands one of a sector bitmap, which only
///                             disks with a parent use
///  ...      payload blocks
/// </code>
/// </remarks>
internal sealed class VhdxWriter : BlockImageWriter
{
    private const int MiB = 1 << 20;
    private const int KiB64 = 64 << 10;
    private const int HeaderSize = 4096;
    private const int LogPosition = MiB;
    private const int LogLength = MiB;
    private const int MetadataPosition = 2 * MiB;
    private const int MetadataLength = MiB;
    private const int BatPosition = 3 * MiB;
    private const int BatEntrySize = 8;
    private const ulong StateMask = 7;
    private const ulong FullyPresent = 6;
    private const int PhysicalSectorSize = 4096;

    /// <summary>A sector bitmap block covers this many sectors: one bit each in 1 MiB.</summary>
    private const long SectorsPerChunk = 1L << 23;

    private static readonly Guid BatRegion = new("2dc27766-f623-4200-9d64-115e9bfd4a08");
    private static readonly Guid MetadataRegion = new("8b7ca206-4790-4b9a-b8fe-575f050f886e");
    private static readonly Guid FileParameters = new("caa16737-fa36-4d43-b3b6-33f0aa44e76b");
    private static readonly Guid VirtualDiskSize = new("2fa54224-cd1b-4876-b211-5dbed83bf4b8");
    private static readonly Guid VirtualDiskId = new("beca12ab-b2e6-4523-93ef-c309e000c746");
    private static readonly Guid LogicalSectorSize = new("8141bf1d-a96f-4709-ba47-f233a8faab5f");
    private static readonly Guid PhysicalSectorSizeItem = new("cda348c7-445d-4471-9cc9-e9885251c556");

    private readonly ImageOptions _options;
    private readonly PagedTable _bat;
    private readonly long _batLength;
    private int _sectorSize;
    private readonly long _payloadPosition;
    private long _end;
    private bool _isSectorSizeKnown;

    public VhdxWriter(Stream target, long diskSize, ImageOptions options)
        : base(target, diskSize, ImageFormats.Get(ImageFormat.Vhdx).ImageSize(diskSize, options), ChooseBlockSize(diskSize))
    {
        _options = options;
        _sectorSize = options.LogicalSectorSize ?? 512;

        // Larger sectors need fewer entries, so that there is room for either.
        long entries = BlockCount + ((BlockCount - 1) / ChunkRatio);
        _batLength = RoundUp(entries * BatEntrySize, MiB);
        _bat = new PagedTable(target, BatPosition, _batLength);
        _payloadPosition = BatPosition + _batLength;
        _end = _payloadPosition;

        if (options.Fixed)
        {
            // In one step and before any data, so that a target that cannot hold the file says so now.
            _end += BlockCount * BlockSize;
            ExtendTo(_end);
        }
    }

    /// <summary>
    /// 1 MiB, and more only where the table would exceed 8 MiB, which begins above 1 TiB.
    /// </summary>
    /// <remarks>
    /// Hyper-V's own default, 32 MiB, makes large files of scattered data: NTFS stores the untouched parts of a block as zeros,
    /// and a Linux file system touches nearly every 32 MiB of its disk. Microsoft advises 1 MiB for such guests. Nothing is
    /// lost in speed here, since blocks placed one after the other are written in one go whatever their size.
    /// </remarks>
    private static int ChooseBlockSize(long diskSize)
    {
        const long MaxBlocks = 1L << 20;
        int blockSize = MiB;
        while (diskSize > blockSize * MaxBlocks)
        {
            blockSize *= 2;
        }

        return blockSize;
    }

    /// <summary>How many blocks' worth of sectors a sector bitmap covers.</summary>
    private long ChunkRatio => SectorsPerChunk * _sectorSize / BlockSize;

    protected override void OnSectorSize(int size)
    {
        if (_options.LogicalSectorSize is null && ImageSize % size == 0)
        {
            ChangeSectorSize(size);
        }

        _isSectorSizeKnown = true;
        if (size != _sectorSize)
        {
            Note($"The disk's partition table counts sectors of {size} bytes, and the image has sectors of {_sectorSize} bytes: a guest finds no partitions on it and does not boot.");
        }
    }

    protected override long Locate(long block)
    {
        if (_options.Fixed)
        {
            return _payloadPosition + (block * BlockSize);
        }

        ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(_bat.Read(BatOffset(block), BatEntrySize));
        return (entry & StateMask) == FullyPresent ? (long)(entry & ~(ulong)(MiB - 1)) : Nowhere;
    }

    protected override long Allocate(long block)
    {
        long position = _end;
        _end += BlockSize;
        Enter(block, position);
        return position;
    }

    protected override void CompleteCore()
    {
        if (_options.Fixed)
        {
            for (long block = 0; block < BlockCount; block++)
            {
                Enter(block, Locate(block));
            }
        }

        if (!_isSectorSizeKnown && _sectorSize != 512)
        {
            Note($"The image has sectors of {_sectorSize} bytes; a partition table made for 512-byte sectors, as nearly all are, is not found on it and the guest does not boot.");
        }

        ExtendTo(_end);
        _bat.Flush();
        WriteMetadata();
        WriteRegionTables();
        WriteHeaders();
        WriteFileIdentifier();
    }

    /// <summary>Moves what the table has so far to where it is with sectors of another size: never towards its end.</summary>
    private void ChangeSectorSize(int size)
    {
        long before = ChunkRatio;
        _sectorSize = size;
        for (long block = before; block < BlockCount && ChunkRatio != before; block++)
        {
            long from = BatOffset(block, before);
            ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(_bat.Read(from, BatEntrySize));
            if (entry != 0)
            {
                _bat.Edit(from, BatEntrySize).Clear();
                BinaryPrimitives.WriteUInt64LittleEndian(_bat.Edit(BatOffset(block), BatEntrySize), entry);
            }
        }
    }

    private static long RoundUp(long value, long unit) => (value + unit - 1) / unit * unit;

    private void Enter(long block, long position) =>
        BinaryPrimitives.WriteUInt64LittleEndian(_bat.Edit(BatOffset(block), BatEntrySize), (ulong)position | FullyPresent);

    /// <summary>Steps over the sector bitmap entries before a block's own.</summary>
    private long BatOffset(long block) => BatOffset(block, ChunkRatio);

    private static long BatOffset(long block, long chunkRatio) => (block + (block / chunkRatio)) * BatEntrySize;

    private void WriteFileIdentifier()
    {
        byte[] identifier = new byte[8 + 512];
        "vhdxfile"u8.CopyTo(identifier);
        Encoding.Unicode.GetBytes("VmaTools").CopyTo(identifier, 8);
        WriteAt(0, identifier);
    }

    private void WriteHeaders()
    {
        byte[] header = new byte[HeaderSize];
        Span<byte> fields = header;
        "head"u8.CopyTo(fields);
        WriteGuid(fields.Slice(16), _options.NewGuid()); // file write GUID
        WriteGuid(fields.Slice(32), _options.NewGuid()); // data write GUID

        // The log GUID at 48 and the log version at 64 stay zero: nothing is to be replayed.
        BinaryPrimitives.WriteUInt16LittleEndian(fields.Slice(66), 1); // format version
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(68), LogLength);
        BinaryPrimitives.WriteUInt64LittleEndian(fields.Slice(72), LogPosition);
        for (int copy = 1; copy <= 2; copy++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(fields.Slice(8), (ulong)copy); // sequence number
            Seal(fields);
            WriteAt(copy * KiB64, header);
        }
    }

    private void WriteRegionTables()
    {
        byte[] table = new byte[KiB64];
        Span<byte> fields = table;
        "regi"u8.CopyTo(fields);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(8), 2); // entries
        WriteRegion(fields.Slice(16), BatRegion, BatPosition, _batLength);
        WriteRegion(fields.Slice(48), MetadataRegion, MetadataPosition, MetadataLength);
        Seal(fields);
        WriteAt(3 * KiB64, table);
        WriteAt(4 * KiB64, table);
    }

    private static void WriteRegion(Span<byte> entry, Guid region, long position, long length)
    {
        WriteGuid(entry, region);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.Slice(16), (ulong)position);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.Slice(24), (uint)length);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.Slice(28), 1); // a reader must know it
    }

    private void WriteMetadata()
    {
        const uint LeaveBlocksAllocated = 1;
        const uint IsVirtualDisk = 2;
        const uint IsRequired = 4;

        byte[] metadata = new byte[KiB64 + 4096];
        Span<byte> fields = metadata;
        "metadata"u8.CopyTo(fields);
        int count = 0;
        int itemPosition = KiB64;

        Span<byte> parameters = AddItem(fields, FileParameters, 8, IsRequired);
        BinaryPrimitives.WriteUInt32LittleEndian(parameters, (uint)BlockSize);
        BinaryPrimitives.WriteUInt32LittleEndian(parameters.Slice(4), _options.Fixed ? LeaveBlocksAllocated : 0);
        BinaryPrimitives.WriteUInt64LittleEndian(AddItem(fields, VirtualDiskSize, 8, IsVirtualDisk | IsRequired), (ulong)ImageSize);
        WriteGuid(AddItem(fields, VirtualDiskId, 16, IsVirtualDisk | IsRequired), _options.NewGuid());
        BinaryPrimitives.WriteUInt32LittleEndian(AddItem(fields, LogicalSectorSize, 4, IsVirtualDisk | IsRequired), (uint)_sectorSize);
        BinaryPrimitives.WriteUInt32LittleEndian(AddItem(fields, PhysicalSectorSizeItem, 4, IsVirtualDisk | IsRequired), PhysicalSectorSize);

        BinaryPrimitives.WriteUInt16LittleEndian(fields.Slice(10), (ushort)count);
        WriteAt(MetadataPosition, metadata);

        Span<byte> AddItem(Span<byte> region, Guid item, int length, uint flags)
        {
            Span<byte> entry = region.Slice(32 + (32 * count++));
            WriteGuid(entry, item);
            BinaryPrimitives.WriteUInt32LittleEndian(entry.Slice(16), (uint)itemPosition);
            BinaryPrimitives.WriteUInt32LittleEndian(entry.Slice(20), (uint)length);
            BinaryPrimitives.WriteUInt32LittleEndian(entry.Slice(24), flags);
            Span<byte> value = region.Slice(itemPosition, length);
            itemPosition += length;
            return value;
        }
    }

    /// <summary>Enters the checksum, computed with its own four bytes zero.</summary>
    private static void Seal(Span<byte> structure)
    {
        Span<byte> checksum = structure.Slice(4, 4);
        checksum.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32C.Compute(structure));
    }

    private static void WriteGuid(Span<byte> target, Guid guid) => guid.ToByteArray().CopyTo(target);
}
