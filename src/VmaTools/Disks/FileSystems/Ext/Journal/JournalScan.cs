using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>Goes through a log from its start, and collects the transactions that were committed.</summary>
/// <remarks>
/// Every block of the log's own begins with magic, type and the number of its transaction. A descriptor names the blocks whose new
/// content follows it; a list of revoked blocks says which older content must not be written any more; a commit ends a transaction.
/// The log ends where what should come next is not there.
/// </remarks>
internal sealed class JournalScan
{
    private const int HeaderSize = 12;
    private const int UuidSize = 16;
    private const int RevokeHeader = 16;
    private const int Descriptor = 1;
    private const int Commit = 2;
    private const int Revoke = 5;
    private const int Escaped = 1;
    private const int SameUuid = 2;
    private const int LastTag = 8;

    private readonly JournalBlocks _blocks;
    private readonly JournalSuperblock _superblock;
    private readonly JournalChecksums _checksums;
    private readonly List<JournalTransaction> _transactions = [];
    private long _next;
    private long _walked;

    private JournalScan(JournalBlocks blocks, JournalSuperblock superblock, JournalChecksums checksums)
    {
        _blocks = blocks;
        _superblock = superblock;
        _checksums = checksums;
        _next = superblock.Start;
        NextSequence = superblock.Sequence;
    }

    /// <summary>What was committed, in order.</summary>
    public IReadOnlyList<JournalTransaction> Transactions => _transactions;

    /// <summary>The number of the transaction that would come next.</summary>
    public uint NextSequence { get; private set; }

    /// <summary>Why the log ends before its time, or null where it ends as logs do.</summary>
    public VmaException? Problem { get; private set; }

    public static JournalScan Run(JournalBlocks blocks, JournalSuperblock superblock, JournalChecksums checksums)
    {
        JournalScan scan = new(blocks, superblock, checksums);
        try
        {
            while (scan.TryReadTransaction())
            {
            }
        }
        catch (VmaException exception)
        {
            scan.Problem = exception;
        }

        return scan;
    }

    private bool TryReadTransaction()
    {
        JournalTransaction transaction = new(NextSequence);
        bool isDoubtful = false;
        TransactionChecksum? sum = _superblock.HasTransactionChecksums ? new TransactionChecksum() : null;
        while (true)
        {
            long number = Take(1);
            byte[] block = _blocks.Read(number);
            if (U32(block, 0) != JournalSuperblock.Magic || U32(block, 8) != NextSequence)
            {
                return false;
            }

            switch (U32(block, 4))
            {
                case Descriptor:
                    isDoubtful |= !_checksums.IsDescriptorRight(block);
                    ReadDescriptor(block, transaction, sum);
                    break;
                case Revoke:
                    isDoubtful |= !_checksums.IsDescriptorRight(block);
                    if (!isDoubtful)
                    {
                        ReadRevoked(block, transaction, number);
                    }

                    break;
                case Commit:
                    transaction.CommitTime = (long)BinaryPrimitives.ReadUInt64BigEndian(block.AsSpan(48));
                    return TryCommit(block, transaction, number, isDoubtful, sum);
                default:
                    return false;
            }
        }
    }

    /// <summary>
    /// Takes a commit. One that does not fit its transaction is left over from an earlier use of the log where its time goes back,
    /// or was interrupted; else the log is damaged.
    /// </summary>
    private bool TryCommit(byte[] block, JournalTransaction transaction, long number, bool isDoubtful, TransactionChecksum? sum)
    {
        if (isDoubtful || !_checksums.IsCommitRight(block) || sum?.IsRight(block) == false)
        {
            long last = _transactions.Count > 0 ? _transactions[_transactions.Count - 1].CommitTime : 0;
            if (transaction.CommitTime >= last && !(sum is not null && _superblock.Has(JournalFeatures.AsyncCommit)))
            {
                throw new VmaFileSystemException(
                    VmaCodes.FileSystemChecksumMismatch,
                    $"The checksum of transaction {transaction.Sequence} in the journal does not match.",
                    volumeOffset: _blocks.OffsetOf(number));
            }

            return false;
        }

        _transactions.Add(transaction);
        NextSequence++;
        return true;
    }

    private void ReadDescriptor(byte[] block, JournalTransaction transaction, TransactionChecksum? sum)
    {
        sum?.Append(block);
        bool is3 = _superblock.Has(JournalFeatures.Checksum3);
        bool is64 = _superblock.Has(JournalFeatures.Bit64);
        int tagSize = is3 ? 16 : 8 + (is64 ? 4 : 0) + (_superblock.Has(JournalFeatures.Checksum2) ? 2 : 0);
        for (int at = HeaderSize; at + tagSize <= block.Length - _checksums.Tail;)
        {
            ReadOnlySpan<byte> tag = block.AsSpan(at, tagSize);
            int flags = BinaryPrimitives.ReadUInt16BigEndian(tag.Slice(6));
            long target = BinaryPrimitives.ReadUInt32BigEndian(tag)
                | (is64 ? (long)BinaryPrimitives.ReadUInt32BigEndian(tag.Slice(8)) << 32 : 0);
            uint checksum = is3 ? BinaryPrimitives.ReadUInt32BigEndian(tag.Slice(12)) : BinaryPrimitives.ReadUInt16BigEndian(tag.Slice(4));
            long logBlock = Take(1);
            sum?.Append(_blocks.Read(logBlock));
            transaction.Writes.Add(new JournalWrite(target, logBlock, (flags & Escaped) != 0, checksum));
            at += tagSize + ((flags & SameUuid) != 0 ? 0 : UuidSize);
            if ((flags & LastTag) != 0)
            {
                break;
            }
        }
    }

    private void ReadRevoked(byte[] block, JournalTransaction transaction, long number)
    {
        int end = (int)Math.Min(U32(block, HeaderSize), int.MaxValue);
        if (end > block.Length - _checksums.Tail)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged, "A list of revoked blocks in the journal is longer than its block.", volumeOffset: _blocks.OffsetOf(number));
        }

        int size = _superblock.Has(JournalFeatures.Bit64) ? 8 : 4;
        for (int at = RevokeHeader; at + size <= end; at += size)
        {
            transaction.Revoked.Add(size == 8 ? BinaryPrimitives.ReadInt64BigEndian(block.AsSpan(at)) : U32(block, at));
        }
    }

    /// <summary>The number of the next block of the log, which goes round; never more of them than there are.</summary>
    private long Take(int count)
    {
        long number = _next;
        _walked += count;
        if (_walked > _superblock.End)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged, "The journal's log has no end.", volumeOffset: _blocks.OffsetOf(number));
        }

        _next += count;
        if (_next >= _superblock.End)
        {
            _next -= _superblock.End - _superblock.First;
        }

        return number;
    }

    private static uint U32(byte[] block, int offset) => BinaryPrimitives.ReadUInt32BigEndian(block.AsSpan(offset));
}
