using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>The checksums that guard the blocks of a journal, of the second and third kind; where it has none, all are right.</summary>
internal sealed class JournalChecksums
{
    private const int TailSize = 4;
    private const int CommitChecksumAt = 16;
    private const int CommitHeaderSize = 64;

    private readonly uint _seed;
    private readonly bool _isShort;

    public JournalChecksums(JournalSuperblock superblock)
    {
        HasAny = superblock.HasBlockChecksums;
        _isShort = !superblock.Has(JournalFeatures.Checksum3);
        _seed = HasAny ? superblock.ChecksumSeed : 0;
    }

    public bool HasAny { get; }

    /// <summary>Bytes at the end of a descriptor or a list of revoked blocks that are its checksum.</summary>
    public int Tail => HasAny ? TailSize : 0;

    /// <summary>Whether a descriptor, or a list of revoked blocks, is as it was written.</summary>
    public bool IsDescriptorRight(ReadOnlySpan<byte> block) => !HasAny || IsRight(block, block.Length - TailSize);

    /// <summary>Whether a commit is as it was written. Some writers left what is behind its fields out of the checksum.</summary>
    public bool IsCommitRight(ReadOnlySpan<byte> block)
    {
        if (!HasAny || IsRight(block, CommitChecksumAt))
        {
            return true;
        }

        byte[] header = new byte[block.Length];
        block.Slice(0, CommitHeaderSize).CopyTo(header);
        return IsRight(header, CommitChecksumAt);
    }

    /// <summary>Whether a block of data is as it was written.</summary>
    /// <param name="block">The block as it stands in the log.</param>
    /// <param name="sequence">The transaction.</param>
    /// <param name="stored">The checksum in the descriptor.</param>
    public bool IsDataRight(ReadOnlySpan<byte> block, uint sequence, uint stored)
    {
        if (!HasAny)
        {
            return true;
        }

        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, sequence);
        uint actual = Crc32C.Update(Crc32C.Update(_seed, number), block);
        return stored == (_isShort ? actual & 0xffff : actual);
    }

    private bool IsRight(ReadOnlySpan<byte> block, int checksumAt)
    {
        uint actual = Crc32C.Update(_seed, block.Slice(0, checksumAt));
        actual = Crc32C.Update(actual, [0, 0, 0, 0]);
        actual = Crc32C.Update(actual, block.Slice(checksumAt + 4));
        return actual == BinaryPrimitives.ReadUInt32BigEndian(block.Slice(checksumAt));
    }
}
