using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>A transaction that was committed.</summary>
/// <param name="Sequence">The place in the order of all of the record that it began in.</param>
/// <param name="Items">What it changes.</param>
internal sealed record XfsLogTransaction(ulong Sequence, IReadOnlyList<XfsLogItem> Items);

/// <summary>Puts transactions together again from the operations of records: they come in pieces, mixed with each other.</summary>
internal sealed class XfsLogTransactions
{
    private const int OperationSize = 12;
    private const int HeaderSize = 16;
    private const uint HeaderMagic = 0x5452414e;
    private const int StartFlag = 0x01;
    private const int CommitFlag = 0x02;
    private const int ContinueFlag = 0x04;
    private const int ContinuedFlag = 0x08;
    private const int EndFlag = 0x10;
    private const int UnmountFlag = 0x20;
    private const long MaxPending = 512L << 20;

    private readonly Dictionary<uint, Pending> _pending = [];
    private long _pendingBytes;

    /// <summary>The transactions of records, in the order in which they were committed.</summary>
    /// <exception cref="VmaFileSystemException">The log is damaged.</exception>
    public static IEnumerable<XfsLogTransaction> Read(XfsLog log, XfsLogRange range)
    {
        XfsLogTransactions transactions = new();
        foreach (XfsLogRecord record in range.Records(log))
        {
            ReadOnlyMemory<byte> data = record.ReadData(log);
            for (uint left = record.OperationCount; left > 0 && !data.IsEmpty; left--)
            {
                if (transactions.Add(record, ref data) is XfsLogTransaction committed)
                {
                    yield return committed;
                }
            }
        }
    }

    private XfsLogTransaction? Add(XfsLogRecord record, ref ReadOnlyMemory<byte> data)
    {
        ReadOnlySpan<byte> rest = data.Span;
        if (rest.Length < OperationSize || BigEndian.U32(rest, 4) > rest.Length - OperationSize || rest[8] is not (0x69 or 0xaa))
        {
            throw XfsVolume.Damaged("An operation in the log contradicts itself.");
        }

        uint id = BigEndian.U32(rest, 0);
        int length = (int)BigEndian.U32(rest, 4);
        int flags = rest[9] & ~EndFlag;
        ReadOnlySpan<byte> bytes = rest.Slice(OperationSize, length);
        data = data.Slice(OperationSize + length);
        if (!_pending.TryGetValue(id, out Pending? transaction))
        {
            // What began before the tail is in place already.
            if ((flags & StartFlag) != 0)
            {
                _pending.Add(id, new Pending(record.Sequence));
            }

            return null;
        }

        if ((flags & ContinuedFlag) != 0)
        {
            flags &= ~ContinueFlag;
        }

        switch (flags)
        {
            case 0 or ContinueFlag:
                Count(transaction, length);
                transaction.Add(bytes);
                return null;
            case ContinuedFlag:
                Count(transaction, length);
                transaction.Append(bytes);
                return null;
            case CommitFlag:
                Remove(id, transaction);
                return transaction.Finish();
            case UnmountFlag:
                Remove(id, transaction);
                return null;
            default:
                throw XfsVolume.Damaged("An operation in the log is of a kind that does not exist.");
        }
    }

    private void Count(Pending transaction, int length)
    {
        transaction.Size += OperationSize + length;
        _pendingBytes += OperationSize + length;
        if (_pendingBytes > MaxPending)
        {
            throw XfsVolume.Damaged("The transactions of the log take more room than any can.");
        }
    }

    private void Remove(uint id, Pending transaction)
    {
        _pending.Remove(id);
        _pendingBytes -= transaction.Size;
    }

    /// <summary>A transaction of which more is to come.</summary>
    private sealed class Pending
    {
        private readonly List<XfsLogItem> _items = [];
        private readonly byte[] _header = new byte[HeaderSize];
        private readonly ulong _sequence;
        private int _headerLength;

        public Pending(ulong sequence) => _sequence = sequence;

        public long Size { get; set; }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty)
            {
                return;
            }

            if (_headerLength < HeaderSize)
            {
                AddHeader(bytes);
            }
            else if (_items.Count == 0 || _items[_items.Count - 1].IsComplete)
            {
                _items.Add(new XfsLogItem(bytes));
            }
            else
            {
                _items[_items.Count - 1].Add(bytes);
            }
        }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (_headerLength < HeaderSize)
            {
                AddHeader(bytes);
            }
            else if (_items.Count == 0)
            {
                throw XfsVolume.Damaged("A transaction in the log goes on with what it never began.");
            }
            else
            {
                _items[_items.Count - 1].Append(bytes);
            }
        }

        public XfsLogTransaction Finish()
        {
            if (_items.Count > 0 && !_items[_items.Count - 1].IsComplete)
            {
                throw XfsVolume.Damaged("A transaction in the log was committed before it was whole.");
            }

            return new XfsLogTransaction(_sequence, _items);
        }

        private void AddHeader(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length > HeaderSize - _headerLength)
            {
                throw XfsVolume.Damaged("A transaction in the log has no header.");
            }

            bytes.CopyTo(_header.AsSpan(_headerLength));
            _headerLength += bytes.Length;
            if (_headerLength == HeaderSize && BinaryPrimitives.ReadUInt32LittleEndian(_header) != HeaderMagic)
            {
                throw XfsVolume.Damaged("A transaction in the log has no header.");
            }
        }
    }
}
