using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Guests;

/// <summary>The disk in which the firmware of a UEFI guest keeps its variables, as OVMF has it before the first start: empty.</summary>
/// <remarks>
/// Little-endian; what is not written is 0xFF, as in flash that was erased.
/// <code>
///  0        header of a firmware volume       72 bytes: zeros 16, guid 16, length 8, "_FVH", attributes 4, length of this 2,
///                                             checksum 2 (all words of it together are 0), 0 2, 0, revision 2,
///                                             132 blocks of 4096 bytes (4 and 4), end of the list 8
///  72       header of a store of variables    28 bytes: guid 16, size 4, formatted 0x5A, healthy 0xFE, 0 6
///  0x41000  header of fault tolerant writing  32 bytes: guid 16, CRC-32 of this with itself as 0xFFFFFFFF 4, valid 0xFE, 0xFF 3, size of the queue 8
/// </code>
/// </remarks>
internal static class EfiVariables
{
    /// <summary>Bytes of the disk.</summary>
    public const int Size = 0x84000;

    private const int BlockSize = 4096;
    private const int VolumeHeaderSize = 72;
    private const int StoreSize = 0x40000 - VolumeHeaderSize;
    private const int WorkingBlock = 0x41000;
    private const int WorkingHeaderSize = 32;
    private const int ChecksumAt = 50;

    private static readonly Guid VolumeKind = new("FFF12B8D-7696-4C8B-A985-2747075B4F50");
    /// <summary>The kind of store in which every variable has a time and a key.</summary>
    public static readonly Guid AuthenticatedStore = new("AAF32C78-947B-439A-A180-2E144EC37792");
    private static readonly Guid WorkingBlockKind = new("9E58292B-7C68-497D-A0CE-6500FD9F1B95");

    public static byte[] Create()
    {
        byte[] bytes = new byte[Size];
        bytes.AsSpan().Fill(0xFF);
        WriteVolumeHeader(bytes.AsSpan(0, VolumeHeaderSize));
        Span<byte> store = bytes.AsSpan(VolumeHeaderSize, 28);
        store.Clear();
        AuthenticatedStore.ToByteArray().CopyTo(store);
        BinaryPrimitives.WriteInt32LittleEndian(store.Slice(16), StoreSize);
        store[20] = 0x5A;
        store[21] = 0xFE;
        Span<byte> working = bytes.AsSpan(WorkingBlock, WorkingHeaderSize);
        WorkingBlockKind.ToByteArray().CopyTo(working);
        BinaryPrimitives.WriteInt64LittleEndian(working.Slice(24), BlockSize - WorkingHeaderSize);
        uint crc = Crc32.Append(Crc32.Initial, working);
        BinaryPrimitives.WriteUInt32LittleEndian(working.Slice(16), crc);
        working[20] = 0xFE;
        return bytes;
    }

    private static void WriteVolumeHeader(Span<byte> header)
    {
        header.Clear();
        VolumeKind.ToByteArray().CopyTo(header.Slice(16));
        BinaryPrimitives.WriteInt64LittleEndian(header.Slice(32), Size);
        "_FVH"u8.CopyTo(header.Slice(40));
        BinaryPrimitives.WriteUInt32LittleEndian(header.Slice(44), 0x0004_FEFF);
        BinaryPrimitives.WriteUInt16LittleEndian(header.Slice(48), VolumeHeaderSize);
        header[55] = 2;
        BinaryPrimitives.WriteInt32LittleEndian(header.Slice(56), Size / BlockSize);
        BinaryPrimitives.WriteInt32LittleEndian(header.Slice(60), BlockSize);
        ushort sum = 0;
        for (int i = 0; i < VolumeHeaderSize; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16LittleEndian(header.Slice(i));
        }

        BinaryPrimitives.WriteUInt16LittleEndian(header.Slice(ChecksumAt), (ushort)-sum);
    }
}
