using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Compression;

/// <summary>
/// Decodes the literals of the blocks that come next on a thread of its own, while the sequences of the blocks before them are
/// executed. Nobody waits for it: what it has not got to when a block's turn comes, or cannot decode, is left to the decoder.
/// </summary>
internal sealed class ZstdLiteralsThread : IDisposable
{
    private const int MostBlocks = 64;
    private const int MostLiterals = 2 << 20;

    // For fewer it is not worth waking somebody up.
    private const int FewestBlocks = 3;

    private readonly object _lock = new();
    private readonly Block[] _blocks = new Block[MostBlocks];
    private readonly byte[] _literals = new byte[MostLiterals + SequenceExecutor.LiteralsMargin];
    private readonly LiteralTable _table = new();
    private readonly Task _working;

    // What the thread works on; it changes only while the thread is idle.
    private byte[] _buffer = [];
    private byte[]? _weights;
    private int _count;

    // How many blocks are decoded, and of how many the turn has come.
    private int _done;
    private int _taken;

    private int _next;
    private bool _hasWork;
    private bool _isBusy;
    private bool _isOver;

    public ZstdLiteralsThread() =>
        _working = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Begins with the blocks of a frame that are whole in a buffer, which must stay as it is until <see cref="End"/>.</summary>
    /// <param name="bytes">The bytes from a block's header on, in an array with margins around them.</param>
    /// <param name="position">Offset in the compressed source of the first.</param>
    /// <param name="weights">What the table of literals in force is made from; null where none is.</param>
    /// <param name="blockMax">The largest size of a block of this frame.</param>
    public void Begin(ArraySegment<byte> bytes, long position, byte[]? weights, int blockMax)
    {
        End();
        _count = Find(bytes, position, blockMax);
        if (_count < FewestBlocks)
        {
            _count = 0;
            return;
        }

        _buffer = bytes.Array!;
        _weights = weights;
        _done = 0;
        _taken = 0;
        lock (_lock)
        {
            _hasWork = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Takes the literals of a block whose turn has come, if they are there.</summary>
    /// <param name="position">Offset in the compressed source of the block.</param>
    /// <param name="literals">The literals, with a margin behind them; they stay until <see cref="End"/>.</param>
    public bool TryTake(long position, out ReadOnlySpan<byte> literals)
    {
        while (_next < _count && _blocks[_next].Position < position)
        {
            _next++;
        }

        literals = default;
        if (_next == _count || _blocks[_next].Position != position)
        {
            return false;
        }

        Volatile.Write(ref _taken, _next + 1);
        if (Volatile.Read(ref _done) <= _next)
        {
            return false;
        }

        Block block = _blocks[_next];
        literals = _literals.AsSpan(block.Target, block.Section.Length);
        return block.IsDecoded;
    }

    /// <summary>Ends the work on a buffer.</summary>
    public void End()
    {
        Volatile.Write(ref _taken, int.MaxValue);
        lock (_lock)
        {
            _hasWork = false;
            while (_isBusy)
            {
                Monitor.Wait(_lock);
            }
        }

        _count = 0;
        _next = 0;
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        End();
        lock (_lock)
        {
            _isOver = true;
            Monitor.PulseAll(_lock);
        }

        ((IAsyncResult)_working).AsyncWaitHandle.WaitOne();
    }

    // Whatever looks wrong ends the search: the decoder meets it in its turn.
    private int Find(ArraySegment<byte> bytes, long position, int blockMax)
    {
        ReadOnlySpan<byte> rest = bytes;
        int count = 0;
        int target = 0;
        bool isLast = false;
        while (!isLast && count < MostBlocks && ZstdBlockHeader.TryParse(rest, out ZstdBlockHeader header))
        {
            isLast = header.IsLast;
            if (header.Size > blockMax || header.WholeSize > rest.Length || header.IsReserved)
            {
                break;
            }

            if (header.IsCompressed)
            {
                LiteralsSection section;
                try
                {
                    section = LiteralsSection.Parse(rest.Slice(ZstdBlockHeader.HeaderSize, header.Size), blockMax);
                }
                catch (InvalidDataException)
                {
                    break;
                }

                if (section.IsCoded)
                {
                    if (target + section.Length > MostLiterals)
                    {
                        break;
                    }

                    int start = bytes.Offset + bytes.Count - rest.Length + ZstdBlockHeader.HeaderSize;
                    _blocks[count++] = new Block(position, start, header.Size, section, target);
                    target += section.Length;
                }
            }

            position += header.WholeSize;
            rest = rest.Slice(header.WholeSize);
        }

        return count;
    }

    private void Work()
    {
        while (true)
        {
            lock (_lock)
            {
                _isBusy = false;
                Monitor.PulseAll(_lock);
                while (!_hasWork && !_isOver)
                {
                    Monitor.Wait(_lock);
                }

                if (_isOver)
                {
                    return;
                }

                _hasWork = false;
                _isBusy = true;
            }

            Decode();
        }
    }

    private void Decode()
    {
        bool hasTable = false;
        for (int i = 0; i < _count; i++)
        {
            int taken = Volatile.Read(ref _taken);
            if (taken > _count)
            {
                return;
            }

            Block block = _blocks[i];
            ReadOnlySpan<byte> content = _buffer.AsSpan(block.Start, block.Size);
            try
            {
                int tableSize = 0;
                if (block.Section.HasTable)
                {
                    tableSize = _table.Read(content.Slice(block.Section.HeaderSize, block.Section.Compressed));
                }
                else if (!hasTable)
                {
                    _table.Restore(_weights ?? throw new InvalidDataException("There is no table yet."));
                }

                hasTable = true;
                if (taken <= i)
                {
                    block.Section.Decode(content, _table.Entries, tableSize, _literals.AsSpan(block.Target, block.Section.Length), fast: true);
                    _blocks[i].IsDecoded = true;
                }
            }
            catch (InvalidDataException)
            {
                return;
            }

            Volatile.Write(ref _done, i + 1);
        }
    }

    private struct Block
    {
        public Block(long position, int start, int size, LiteralsSection section, int target)
        {
            Position = position;
            Start = start;
            Size = size;
            Section = section;
            Target = target;
        }

        /// <summary>Offset in the compressed source of the block's header.</summary>
        public long Position { get; }

        /// <summary>Where its content begins in the buffer.</summary>
        public int Start { get; }

        /// <summary>Size of its content.</summary>
        public int Size { get; }

        public LiteralsSection Section { get; }

        /// <summary>Where its literals go.</summary>
        public int Target { get; }

        public bool IsDecoded { get; set; }
    }
}
