using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>What a volume would look like once its log had been replayed.</summary>
internal sealed class JournalReplay
{
    private readonly JournalBlocks _blocks;
    private readonly JournalChecksums _checksums;
    private readonly IReadOnlyList<JournalTransaction> _transactions;
    private readonly HashSet<long> _proven = [];

    private JournalReplay(JournalBlocks blocks, JournalChecksums checksums, JournalScan scan)
    {
        _blocks = blocks;
        _checksums = checksums;
        _transactions = scan.Transactions;
        Problem = scan.Problem;
        Count = _transactions.Count;
    }

    /// <summary>How many transactions are replayed: all that are whole, up to the first that is damaged.</summary>
    public int Count { get; private set; }

    /// <summary>When the last of those was committed: seconds since 1970; 0 where that is not known.</summary>
    public long LastCommit => Count > 0 ? _transactions[Count - 1].CommitTime : 0;

    /// <summary>Why the log could not be read to its end, or null.</summary>
    public VmaException? Problem { get; private set; }

    /// <summary>What stands for which block of the volume.</summary>
    public IReadOnlyDictionary<long, OverlayBlock> Overlay { get; private set; } = new Dictionary<long, OverlayBlock>();

    public static JournalReplay Prepare(JournalBlocks blocks, JournalChecksums checksums, JournalScan scan)
    {
        JournalReplay replay = new(blocks, checksums, scan);
        while (!replay.TryBuild())
        {
        }

        return replay;
    }

    /// <summary>True where every block that the log would write is on the volume already.</summary>
    public bool IsInPlace(DiskBytes volume)
    {
        OverlayDiskBytes replayed = new(volume, _blocks.BlockSize, Overlay);
        byte[] before = new byte[_blocks.BlockSize];
        byte[] after = new byte[_blocks.BlockSize];
        foreach (long number in Overlay.Keys)
        {
            if (number > (volume.Length / _blocks.BlockSize) - 1)
            {
                continue;
            }

            try
            {
                volume.Read(number * _blocks.BlockSize, before);
                replayed.Read(number * _blocks.BlockSize, after);
            }
            catch (VmaException)
            {
                return false;
            }

            if (!before.AsSpan().SequenceEqual(after))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Puts together what the transactions write; false where one proved to be damaged, and fewer are to be replayed.</summary>
    private bool TryBuild()
    {
        Dictionary<long, uint> revoked = FindRevoked();
        Dictionary<long, OverlayBlock> overlay = [];
        for (int i = 0; i < Count; i++)
        {
            JournalTransaction transaction = _transactions[i];
            foreach (JournalWrite write in transaction.Writes)
            {
                if (revoked.TryGetValue(write.Target, out uint last) && (int)(transaction.Sequence - last) <= 0)
                {
                    continue;
                }

                try
                {
                    overlay[write.Target] = Prove(transaction, write);
                }
                catch (VmaException exception)
                {
                    Problem = exception;
                    Count = i;
                    return false;
                }
            }
        }

        Overlay = overlay;
        return true;
    }

    /// <summary>For each revoked block the last transaction that revoked it: older content of it is not written.</summary>
    private Dictionary<long, uint> FindRevoked()
    {
        Dictionary<long, uint> revoked = [];
        for (int i = 0; i < Count; i++)
        {
            foreach (long block in _transactions[i].Revoked)
            {
                revoked[block] = _transactions[i].Sequence;
            }
        }

        return revoked;
    }

    private OverlayBlock Prove(JournalTransaction transaction, JournalWrite write)
    {
        long offset = _blocks.OffsetOf(write.LogBlock);
        if (_checksums.HasAny && _proven.Add(write.LogBlock)
            && !_checksums.IsDataRight(_blocks.Read(write.LogBlock), transaction.Sequence, write.Checksum))
        {
            _proven.Remove(write.LogBlock);
            throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch,
                $"The checksum of block {write.Target} in transaction {transaction.Sequence} of the journal does not match.",
                volumeOffset: offset);
        }

        return new OverlayBlock(offset, write.IsEscaped ? MagicBytes() : null);
    }

    private static byte[] MagicBytes()
    {
        byte[] magic = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(magic, JournalSuperblock.Magic);
        return magic;
    }
}
