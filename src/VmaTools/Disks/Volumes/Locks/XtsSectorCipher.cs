using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>AES-XTS (IEEE 1619): each block is masked before and after with the sector's number, encrypted and doubled for each block.</summary>
internal sealed class XtsSectorCipher : SectorCipher
{
    private readonly AesBlocks _data;
    private readonly AesBlocks _tweak;

    /// <param name="key">The key for the data, and behind it one of the same length for the numbers.</param>
    /// <param name="sectorSize">Bytes of a sector.</param>
    public XtsSectorCipher(ReadOnlySpan<byte> key, int sectorSize)
        : base(sectorSize)
    {
        _data = new AesBlocks(key.Slice(0, key.Length / 2));
        _tweak = new AesBlocks(key.Slice(key.Length / 2));
    }

    public override void Decrypt(byte[] data, int count, ulong number, ulong step)
    {
        byte[] masks = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            FillMasks(masks, count, number, step);
            Span<ulong> content = MemoryMarshal.Cast<byte, ulong>(data.AsSpan(0, count));
            ReadOnlySpan<ulong> mask = MemoryMarshal.Cast<byte, ulong>(masks.AsSpan(0, count));
            Blend(content, mask);
            _data.Decrypt(data, 0, count);
            Blend(content, mask);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(masks);
        }
    }

    public override void Dispose()
    {
        _data.Dispose();
        _tweak.Dispose();
    }

    private void FillMasks(byte[] masks, int count, ulong number, ulong step)
    {
        // The first masks of all sectors are encrypted at once, at the front, and moved to their places from the last on.
        int sectors = count / SectorSize;
        for (int i = 0; i < sectors; i++)
        {
            Span<byte> first = masks.AsSpan(i * AesBlocks.BlockSize, AesBlocks.BlockSize);
            BinaryPrimitives.WriteUInt64LittleEndian(first, number + ((ulong)i * step));
            first.Slice(8).Clear();
        }

        _tweak.Encrypt(masks, 0, sectors * AesBlocks.BlockSize);
        for (int i = sectors - 1; i >= 0; i--)
        {
            ReadOnlySpan<byte> first = masks.AsSpan(i * AesBlocks.BlockSize, AesBlocks.BlockSize);
            ulong low = BinaryPrimitives.ReadUInt64LittleEndian(first);
            ulong high = BinaryPrimitives.ReadUInt64LittleEndian(first.Slice(8));
            Span<byte> place = masks.AsSpan(i * SectorSize, SectorSize);
            for (int at = 0; at < place.Length; at += AesBlocks.BlockSize)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(place.Slice(at), low);
                BinaryPrimitives.WriteUInt64LittleEndian(place.Slice(at + 8), high);
                ulong carry = (ulong)((long)high >> 63) & 0x87;
                high = (high << 1) | (low >> 63);
                low = (low << 1) ^ carry;
            }
        }
    }

    private static void Blend(Span<ulong> content, ReadOnlySpan<ulong> mask)
    {
        int at = 0;
#if !NETSTANDARD2_0
        Span<System.Numerics.Vector<ulong>> wide = MemoryMarshal.Cast<ulong, System.Numerics.Vector<ulong>>(content);
        ReadOnlySpan<System.Numerics.Vector<ulong>> wideMask = MemoryMarshal.Cast<ulong, System.Numerics.Vector<ulong>>(mask);
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] ^= wideMask[i];
        }

        at = wide.Length * System.Numerics.Vector<ulong>.Count;
#endif
        for (; at < content.Length; at++)
        {
            content[at] ^= mask[at];
        }
    }
}
