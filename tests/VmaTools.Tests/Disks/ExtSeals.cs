using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>
/// Makes the checksums of a damaged ext4 with blocks of 1 KiB right again. A CRC is linear: what a change does to it follows from the
/// change alone, so that neither the number nor the generation of the inode that a block belongs to has to be known.
/// </summary>
internal sealed class ExtSeals
{
    private const int Block = 1024;
    private const int InodeSize = 256;
    private const int DescriptorSize = 64;

    private readonly SparseBytes _sound;
    private readonly Dictionary<long, List<Seal>> _seals = [];

    /// <param name="sound">The volume before it is damaged.</param>
    public ExtSeals(SparseBytes sound)
    {
        _sound = sound;
        byte[] superblock = sound.Read(1024, Block);
        Assert.Equal(0, BinaryPrimitives.ReadInt32LittleEndian(superblock.AsSpan(24)));
        int inodes = BinaryPrimitives.ReadInt32LittleEndian(superblock);
        long table = BinaryPrimitives.ReadUInt32LittleEndian(sound.Read(2 * Block, DescriptorSize).AsSpan(8));
        Add(1024, 0x3FC, 0x3FC, -1);
        Add(2 * Block, DescriptorSize, 0x1E, 0x1E, isShort: true);
        for (int i = 0; i < inodes; i++)
        {
            Add((table * Block) + (i * InodeSize), InodeSize, 124, 124, high: 130);
        }

        foreach (long page in sound.Pages)
        {
            for (long at = Math.Max(page, 3 * Block); at < page + SparseBytes.PageSize && at + Block <= sound.Length; at += Block)
            {
                bool isTable = at >= table * Block && at < (table * Block) + (inodes * InodeSize);
                if (!isTable)
                {
                    AddBlock(at, sound.Read(at, Block));
                }
            }
        }
    }

    /// <summary>The pages that hold something with a checksum.</summary>
    public IReadOnlyCollection<long> Pages => _seals.Keys;

    /// <summary>Makes the checksums of all that lies in a page right.</summary>
    public void Mend(SparseBytes volume, long page)
    {
        foreach (Seal seal in _seals[page])
        {
            byte[] before = _sound.Read(seal.Offset, Block);
            byte[] now = volume.Read(seal.Offset, Block);
            byte[] change = new byte[seal.Length];
            for (int i = 0; i < change.Length; i++)
            {
                bool isChecksum = (seal.SkippedAt >= 0 && i >= seal.SkippedAt && i < seal.SkippedAt + seal.Width) || (seal.HighAt > 0 && i >= seal.HighAt && i < seal.HighAt + 2);
                change[i] = isChecksum ? (byte)0 : (byte)(before[i] ^ now[i]);
            }

            uint difference = Crc32C.Update(0, change);
            Put(before, now, seal.ChecksumAt, difference, seal.Width);
            if (seal.HighAt > 0)
            {
                Put(before, now, seal.HighAt, difference >> 16, 2);
            }

            volume.Write(seal.Offset, now);
        }
    }

    private static void Put(byte[] before, byte[] now, int at, uint difference, int width)
    {
        for (int i = 0; i < width; i++)
        {
            now[at + i] = (byte)(before[at + i] ^ (difference >> (8 * i)));
        }
    }

    private void AddBlock(long at, byte[] block)
    {
        if (block.AsSpan(Block - 12, 8).SequenceEqual<byte>([0, 0, 0, 0, 12, 0, 0, 0xDE]))
        {
            Add(at, Block - 12, Block - 4, -1);
        }
        else if (BinaryPrimitives.ReadUInt32LittleEndian(block) == 0xEA020000)
        {
            Add(at, Block, 16, 16);
        }
        else if (BinaryPrimitives.ReadUInt16LittleEndian(block) == 0xF30A)
        {
            int tail = 12 + (12 * BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(4)));
            Add(at, tail, tail, -1);
        }
    }

    private void Add(long offset, int length, int checksumAt, int skippedAt, bool isShort = false, int high = 0)
    {
        long page = offset / SparseBytes.PageSize * SparseBytes.PageSize;
        if (!_seals.TryGetValue(page, out List<Seal>? seals))
        {
            _seals.Add(page, seals = []);
        }

        seals.Add(new Seal(offset, length, checksumAt, skippedAt, isShort || high > 0 ? 2 : 4, high));
    }

    /// <param name="Offset">Where the structure begins.</param>
    /// <param name="Length">Its bytes that the checksum is of.</param>
    /// <param name="ChecksumAt">Where in it the checksum stands, or its lower half.</param>
    /// <param name="SkippedAt">Where the checksum stands within what it is of, and counts as zeros; -1 where it stands behind.</param>
    /// <param name="Width">Bytes of the checksum there.</param>
    /// <param name="HighAt">Where the upper half stands; 0 for nowhere.</param>
    private sealed record Seal(long Offset, int Length, int ChecksumAt, int SkippedAt, int Width, int HighAt);
}
