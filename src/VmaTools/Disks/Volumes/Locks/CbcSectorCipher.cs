using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>
/// AES-CBC, anew in each sector. What its first block is blended with is the sector's number, as it is or encrypted. BitLocker may have
/// a diffuser behind it.
/// </summary>
internal sealed class CbcSectorCipher : SectorCipher
{
    private readonly AesBlocks _data;
    private readonly AesBlocks? _numbers;
    private readonly ElephantDiffuser? _diffuser;

    /// <param name="key">The key.</param>
    /// <param name="sectorSize">Bytes of a sector.</param>
    /// <param name="numberKey">The key by which numbers are encrypted; empty where they are not.</param>
    /// <param name="diffuserKey">The key of BitLocker's diffuser; empty where there is none.</param>
    public CbcSectorCipher(ReadOnlySpan<byte> key, int sectorSize, ReadOnlySpan<byte> numberKey = default, ReadOnlySpan<byte> diffuserKey = default)
        : base(sectorSize)
    {
        _data = new AesBlocks(key);
        _numbers = numberKey.IsEmpty ? null : new AesBlocks(numberKey);
        _diffuser = diffuserKey.IsEmpty ? null : new ElephantDiffuser(diffuserKey, sectorSize);
    }

    public override void Decrypt(byte[] data, int count, ulong number, ulong step)
    {
        // The encrypted content, behind what comes before each sector's first block.
        int sectors = count / SectorSize;
        int starts = sectors * AesBlocks.BlockSize;
        byte[] before = ArrayPool<byte>.Shared.Rent(starts + count);
        try
        {
            for (int i = 0; i < sectors; i++)
            {
                Span<byte> start = before.AsSpan(i * AesBlocks.BlockSize, AesBlocks.BlockSize);
                BinaryPrimitives.WriteUInt64LittleEndian(start, number + ((ulong)i * step));
                start.Slice(8).Clear();
            }

            _numbers?.Encrypt(before, 0, starts);
            Buffer.BlockCopy(data, 0, before, starts, count);
            _data.Decrypt(data, 0, count);
            for (int i = 0; i < sectors; i++)
            {
                Span<byte> sector = data.AsSpan(i * SectorSize, SectorSize);
                Blend(sector.Slice(0, AesBlocks.BlockSize), before.AsSpan(i * AesBlocks.BlockSize, AesBlocks.BlockSize));
                Blend(sector.Slice(AesBlocks.BlockSize), before.AsSpan(starts + (i * SectorSize), SectorSize - AesBlocks.BlockSize));
            }

            _diffuser?.Undo(data, count, number, step);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(before);
        }
    }

    public override void Dispose()
    {
        _data.Dispose();
        _numbers?.Dispose();
        _diffuser?.Dispose();
    }

    private static void Blend(Span<byte> content, ReadOnlySpan<byte> mask)
    {
        Span<ulong> wide = MemoryMarshal.Cast<byte, ulong>(content);
        ReadOnlySpan<ulong> wideMask = MemoryMarshal.Cast<byte, ulong>(mask);
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] ^= wideMask[i];
        }
    }
}
