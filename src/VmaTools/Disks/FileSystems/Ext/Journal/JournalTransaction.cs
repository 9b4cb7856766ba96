using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>A block that a transaction writes.</summary>
/// <param name="Target">The number of the block on the volume.</param>
/// <param name="LogBlock">The number of the block in the journal that holds its new content.</param>
/// <param name="IsEscaped">True where its first four bytes were the journal's magic and were taken out.</param>
/// <param name="Checksum">The checksum of the new content.</param>
internal readonly record struct JournalWrite(long Target, long LogBlock, bool IsEscaped, uint Checksum);

/// <summary>A transaction: what it writes, and the blocks whose older content counts no more.</summary>
internal sealed class JournalTransaction
{
    public JournalTransaction(uint sequence) => Sequence = sequence;

    public uint Sequence { get; }

    public List<JournalWrite> Writes { get; } = [];

    public List<long> Revoked { get; } = [];

    /// <summary>When it was committed: seconds since 1970; 0 where the log does not say.</summary>
    public long CommitTime { get; set; }
}
