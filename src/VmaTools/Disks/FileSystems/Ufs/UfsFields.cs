using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>Numbers in a structure, in the byte order of the machine that made the file system.</summary>
internal readonly struct UfsFields(byte[] bytes, bool isLittleEndian)
{
    public ReadOnlySpan<byte> Bytes => bytes;

    public ushort U16(int offset) => isLittleEndian
        ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(offset))
        : BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(offset));

    public uint U32(int offset) => isLittleEndian
        ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset))
        : BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(offset));

    public int I32(int offset) => (int)U32(offset);

    public long I64(int offset) => isLittleEndian
        ? BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(offset))
        : BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(offset));

    /// <summary>A check hash of the structure is right: CRC-32C, with zeros where it stands, and inverted neither before nor after.</summary>
    /// <param name="hashAt">Where it stands.</param>
    /// <param name="length">How many bytes of the structure it is of.</param>
    public bool IsHashRight(int hashAt, int length)
    {
        ReadOnlySpan<byte> zeros = [0, 0, 0, 0];
        uint hash = Crc32C.Update(uint.MaxValue, Bytes.Slice(0, hashAt));
        return U32(hashAt) == Crc32C.Update(Crc32C.Update(hash, zeros), Bytes.Slice(hashAt + 4, length - hashAt - 4));
    }
}
