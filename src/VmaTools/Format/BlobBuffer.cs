using System;
using System.Buffers.Binary;

namespace VmaTools.Format;

/// <summary>
/// The part of the header that holds names and config texts. A blob is a little-endian 16-bit length (the only number of the
/// format that is not big-endian) and as many bytes; pointers are offsets from the start of the buffer, 0 meaning none.
/// </summary>
internal readonly struct BlobBuffer
{
    private const int LengthSize = 2;

    private readonly ReadOnlyMemory<byte> _bytes;

    public BlobBuffer(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>Finds the blob at <paramref name="pointer"/>, wherever that is: within another blob, too.</summary>
    /// <returns>False where the blob, as its length says, does not lie within the buffer.</returns>
    public bool TryGet(long pointer, out ReadOnlyMemory<byte> blob)
    {
        blob = default;
        if (pointer < 0 || pointer > _bytes.Length - LengthSize)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(_bytes.Span.Slice((int)pointer));
        int start = (int)pointer + LengthSize;
        if (length > _bytes.Length - start)
        {
            return false;
        }

        blob = _bytes.Slice(start, length);
        return true;
    }
}
