using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>
/// BitLocker's diffuser before Windows 8 (Ferguson, "AES-CBC + Elephant diffuser"): a sector is blended with a key of its own, and two
/// diffusers mix its words both ways.
/// </summary>
internal sealed class ElephantDiffuser : IDisposable
{
    private const int KeySize = 32;
    private const int CyclesA = 5;
    private const int CyclesB = 3;

    private readonly AesBlocks _key;
    private readonly int _sectorSize;

    public ElephantDiffuser(ReadOnlySpan<byte> key, int sectorSize)
    {
        _key = new AesBlocks(key);
        _sectorSize = sectorSize;
    }

    /// <summary>Undoes it in whole sectors, whose CBC is undone already.</summary>
    /// <inheritdoc cref="SectorCipher.Decrypt" path="/param"/>
    public void Undo(byte[] data, int count, ulong number, ulong step)
    {
        int sectors = count / _sectorSize;
        byte[] keys = new byte[sectors * KeySize];
        for (int i = 0; i < sectors; i++)
        {
            Span<byte> key = keys.AsSpan(i * KeySize, KeySize);
            BinaryPrimitives.WriteUInt64LittleEndian(key, number + ((ulong)i * step));
            BinaryPrimitives.WriteUInt64LittleEndian(key.Slice(16), number + ((ulong)i * step));
            key[KeySize - 1] = 0x80;
        }

        _key.Encrypt(keys, 0, keys.Length);
        for (int i = 0; i < sectors; i++)
        {
            Span<byte> sector = data.AsSpan(i * _sectorSize, _sectorSize);
            UndoWords(sector);
            Span<ulong> wide = MemoryMarshal.Cast<byte, ulong>(sector);
            ReadOnlySpan<ulong> key = MemoryMarshal.Cast<byte, ulong>(keys.AsSpan(i * KeySize, KeySize));
            for (int at = 0; at < wide.Length; at++)
            {
                wide[at] ^= key[at & 3];
            }
        }
    }

    public void Dispose() => _key.Dispose();

    private static void UndoWords(Span<byte> sector)
    {
        // The words are stored with the lowest byte first, as every machine that .NET runs on has them.
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(sector);
        int mask = words.Length - 1;
        for (int cycle = 0; cycle < CyclesB; cycle++)
        {
            for (int i = 0; i < words.Length; i += 4)
            {
                words[i] += words[(i + 2) & mask] ^ words[(i + 5) & mask];
                words[i + 1] += words[(i + 3) & mask] ^ Rotate(words[(i + 6) & mask], 10);
                words[i + 2] += words[(i + 4) & mask] ^ words[(i + 7) & mask];
                words[i + 3] += words[(i + 5) & mask] ^ Rotate(words[(i + 8) & mask], 25);
            }
        }

        for (int cycle = 0; cycle < CyclesA; cycle++)
        {
            for (int i = 0; i < words.Length; i += 4)
            {
                words[i] += words[(i - 2) & mask] ^ Rotate(words[(i - 5) & mask], 9);
                words[i + 1] += words[(i - 1) & mask] ^ words[(i - 4) & mask];
                words[i + 2] += words[i & mask] ^ Rotate(words[(i - 3) & mask], 13);
                words[i + 3] += words[(i + 1) & mask] ^ words[(i - 2) & mask];
            }
        }
    }

    private static uint Rotate(uint value, int count) => (value << count) | (value >> (32 - count));
}
