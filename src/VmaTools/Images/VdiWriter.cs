using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Images;

/// <summary>Writes a dynamic VDI.</summary>
/// <remarks>
/// Everything is little-endian:
/// <code>
///  0     text for people          64 bytes
///  64    signature, version 1.1
///  72    header                   400 bytes, starting with its own size
///  512   block map                4 bytes a block: its index among the stored blocks, 0xFFFFFFFF for none
///  ...   blocks of 1 MiB          from a whole MiB on
/// </code>
/// </remarks>
internal sealed class VdiWriter : BlockImageWriter
{
    private const int VdiBlockSize = 1 << 20;
    private const int SectorSize = 512;
    private const int HeadSize = 512;
    private const int MapPosition = HeadSize;
    private const int MapEntrySize = 4;
    private const uint NotAllocated = uint.MaxValue;

    private readonly ImageOptions _options;
    private readonly PagedTable _map;
    private readonly long _dataPosition;
    private uint _stored;

    public VdiWriter(Stream target, long diskSize, ImageOptions options)
        : base(target, diskSize, ImageFormats.Get(ImageFormat.Vdi).ImageSize(diskSize, options), VdiBlockSize)
    {
        _options = options;
        long mapLength = ((BlockCount * MapEntrySize) + SectorSize - 1) / SectorSize * SectorSize;
        _map = new PagedTable(target, MapPosition, mapLength, fill: 0xFF);
        _dataPosition = (MapPosition + mapLength + VdiBlockSize - 1) / VdiBlockSize * VdiBlockSize;
    }

    protected override bool HasSmallSectorsOnly => true;

    protected override long Locate(long block)
    {
        uint index = BinaryPrimitives.ReadUInt32LittleEndian(_map.Read(block * MapEntrySize, MapEntrySize));
        return index == NotAllocated ? Nowhere : _dataPosition + ((long)index * BlockSize);
    }

    protected override long Allocate(long block)
    {
        uint index = _stored++;
        BinaryPrimitives.WriteUInt32LittleEndian(_map.Edit(block * MapEntrySize, MapEntrySize), index);
        return _dataPosition + ((long)index * BlockSize);
    }

    protected override void CompleteCore()
    {
        ExtendTo(_dataPosition + ((long)_stored * BlockSize));
        _map.Flush();
        WriteHead();
    }

    private void WriteHead()
    {
        byte[] head = new byte[HeadSize];
        Span<byte> fields = head;
        "<<< VmaTools VirtualBox Disk Image >>>\n"u8.CopyTo(fields);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(0x40), 0xBEDA107F); // signature
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(0x44), 0x0001_0001); // version
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(0x48), 400); // header size
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(0x4C), 1); // dynamic
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(0x154), MapPosition);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(0x158), (uint)_dataPosition);

        // Both geometries stay zero, upon which VirtualBox works them out itself.
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(0x168), SectorSize);
        BinaryPrimitives.WriteUInt64LittleEndian(fields.Slice(0x170), (ulong)ImageSize);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(0x178), VdiBlockSize);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(0x180), (uint)BlockCount);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.Slice(0x184), _stored);
        _options.NewGuid().ToByteArray().CopyTo(fields.Slice(0x188)); // this image
        _options.NewGuid().ToByteArray().CopyTo(fields.Slice(0x198)); // its last change

        // The identifiers of a parent and of its last change stay zero: there is none.
        WriteAt(0, head);
    }
}
