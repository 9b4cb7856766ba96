using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>Goes through the blocks behind a log that hold fast commits: what changed since the last transaction, in short.</summary>
/// <remarks>
/// A block is a row of tags: type, length, value. The first of all says which transaction they follow; a commit ends with a tail
/// that carries a checksum of all since the tail before, and what is behind it in its block is nothing.
/// </remarks>
internal static class FastCommitScan
{
    private const int TagHeader = 4;
    private const int Tail = 8;
    private const int Head = 9;

    /// <summary>Reads what was committed behind the last transaction of the log.</summary>
    /// <param name="blocks">The journal.</param>
    /// <param name="superblock">Its superblock.</param>
    /// <param name="sequence">The number of the transaction that would come next.</param>
    /// <param name="maxInodeSize">Bytes in an inode.</param>
    public static FastCommits Run(JournalBlocks blocks, JournalSuperblock superblock, uint sequence, int maxInodeSize)
    {
        FastCommits commits = new(maxInodeSize);
        List<(int Tag, byte[] Value)> pending = [];
        uint checksum = 0;
        for (long number = superblock.End + 1; superblock.Has(JournalFeatures.FastCommit) && number < superblock.TotalBlocks; number++)
        {
            byte[] block;
            try
            {
                block = blocks.Read(number);
            }
            catch (VmaException)
            {
                return commits;
            }

            bool isEnded = false;
            for (int at = 0; at <= block.Length - TagHeader && !isEnded;)
            {
                int tag = BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(at));
                int length = BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(at + 2));
                ReadOnlySpan<byte> rest = block.AsSpan(at + TagHeader);
                bool isFirst = number == superblock.End + 1 && at == 0;
                isEnded = tag == Tail;
                if (isFirst != (tag == Head) || (isEnded ? rest.Length < 8 : length > rest.Length))
                {
                    return commits;
                }

                if (isEnded)
                {
                    checksum = Crc32C.Update(checksum, block.AsSpan(at, TagHeader + 4));
                    if (U32(rest) != sequence || U32(rest.Slice(4)) != checksum || !commits.TryAdd(pending))
                    {
                        return commits;
                    }

                    pending.Clear();
                    checksum = 0;
                    continue;
                }

                // A head tells features that have to be known, and none are.
                if (tag == Head && (length < 8 || U32(rest) != 0 || U32(rest.Slice(4)) != sequence))
                {
                    return commits;
                }

                checksum = Crc32C.Update(checksum, block.AsSpan(at, TagHeader + length));
                pending.Add((tag, rest.Slice(0, length).ToArray()));
                at += TagHeader + length;
            }
        }

        return commits;
    }

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
