using System;
using System.Text;
using VmaTools.Archives;

namespace VmaTools.Network;

/// <summary>Answers requests, one after the other, from a buffer of fixed size.</summary>
internal sealed class NbdTransmission
{
    /// <summary>What clients mostly ask for at once fits, headers included.</summary>
    private const int BufferSize = (256 << 10) + 1024;

    /// <summary>Reading less at a time than that is not worth a chunk, where the buffer can be emptied first.</summary>
    private const int MinPiece = 4096;

    /// <summary>Stretches in one answer about blocks; a client that wants more asks again from where the answer ends.</summary>
    private const int MaxExtents = 4096;

    private readonly NbdChannel _channel;
    private readonly NbdContent _content;
    private readonly bool _isStructured;
    private readonly bool _hasBlockStatus;
    private readonly MessageBuffer _message = new(BufferSize);

    public NbdTransmission(NbdChannel channel, NbdContent content, bool isStructured, bool hasBlockStatus)
    {
        _channel = channel;
        _content = content;
        _isStructured = isStructured;
        _hasBlockStatus = hasBlockStatus;
    }

    /// <summary>Answers until the client leaves, or makes no sense.</summary>
    public void Run()
    {
        while (true)
        {
            NbdRequest request = NbdRequest.Read(_channel);
            if (request.Magic != NbdProtocol.RequestMagic || request.Type == NbdCommand.Disconnect || !Answer(request))
            {
                return;
            }
        }
    }

    /// <returns>False where nothing but hanging up is left.</returns>
    private bool Answer(NbdRequest request)
    {
        switch (request.Type)
        {
            case NbdCommand.Read:
                return Read(request);
            case NbdCommand.BlockStatus:
                BlockStatus(request);
                return true;
            case NbdCommand.Flush:
                Finish(request, request.Offset == 0 && request.Length == 0 ? NbdError.None : NbdError.Invalid);
                return true;
            case NbdCommand.Write when request.Length > NbdProtocol.MaxRequestLength:
                return false;
            case NbdCommand.Write:
                _channel.Skip(request.Length);
                Finish(request, NbdError.NotPermitted);
                return true;
            case NbdCommand.Trim or NbdCommand.WriteZeroes:
                Finish(request, NbdError.NotPermitted);
                return true;
            default:
                Finish(request, NbdError.Invalid);
                return true;
        }
    }

    private bool Read(NbdRequest request)
    {
        ushort known = _isStructured ? (ushort)(NbdCommand.FlagDontFragment | NbdCommand.FlagForceUnitAccess) : NbdCommand.FlagForceUnitAccess;
        if (!request.LiesWithin(_content.Length) || request.Length > NbdProtocol.MaxRequestLength || (request.Flags & ~known) != 0)
        {
            Finish(request, NbdError.Invalid);
            return true;
        }

        if (request.Length == 0)
        {
            Finish(request, NbdError.None);
            return true;
        }

        if (!_isStructured)
        {
            return ReadSimple(request);
        }

        bool isWhole = (request.Flags & NbdCommand.FlagDontFragment) != 0;
        if (isWhole && request.Length > BufferSize - NbdProtocol.ChunkHeaderSize - sizeof(ulong))
        {
            Finish(request, NbdError.Overflow);
            return true;
        }

        ReadChunks(request, isWhole);
        return true;
    }

    /// <summary>An answer without chunks has its verdict in front: what is lost must be known before.</summary>
    private bool ReadSimple(NbdRequest request)
    {
        long offset = (long)request.Offset;
        for (long checkedUpTo = 0; checkedUpTo < request.Length;)
        {
            DeviceRange range = _content.FindRange(offset + checkedUpTo, request.Length - checkedUpTo);
            if (range.Kind == DeviceRangeKind.Lost)
            {
                Finish(request, NbdError.InputOutput);
                return true;
            }

            checkedUpTo += range.Length;
        }

        SimpleHeader(request, NbdError.None);
        long done = 0;
        try
        {
            while (done < request.Length)
            {
                int piece = (int)Math.Min(_message.Room, request.Length - done);
                _content.Read(offset + done, _message.Take(piece));
                _content.ThrowIfChanged();
                done += piece;
                Send();
            }
        }
        catch (Exception exception) when (NbdConnection.IsSourceError(exception))
        {
            bool isUnderWay = done > 0;
            _message.Clear();
            if (!isUnderWay)
            {
                Finish(request, NbdError.InputOutput);
            }

            return !isUnderWay;
        }

        return true;
    }

    private void ReadChunks(NbdRequest request, bool isWhole)
    {
        long offset = (long)request.Offset;
        long end = offset + request.Length;
        int lastChunk = 0;
        try
        {
            while (offset < end)
            {
                if (_message.Room < NbdProtocol.ChunkHeaderSize + sizeof(ulong) + MinPiece)
                {
                    _content.ThrowIfChanged();
                    Send();
                }

                DeviceRange range = _content.FindRange(offset, end - offset);
                if (isWhole && range.Length < end - offset)
                {
                    range = new DeviceRange(DeviceRangeKind.Data, end - offset);
                }

                lastChunk = _message.Length;
                offset += AddChunk(request, offset, range);
            }

            _content.ThrowIfChanged();
        }
        catch (Exception exception) when (NbdConnection.IsSourceError(exception))
        {
            // Chunks before this one stand, unless the archive is no longer the one they were read from.
            _message.CutTo(exception is VmaException { Code: VmaCodes.SourceChanged } ? 0 : lastChunk);
            string why = NbdConnection.Explain(exception);
            Chunk(request, NbdChunk.ErrorOffset, (uint)(sizeof(uint) + sizeof(ushort) + Encoding.UTF8.GetByteCount(why) + sizeof(ulong)));
            lastChunk = _message.Length - NbdProtocol.ChunkHeaderSize;
            _message.U32(NbdError.InputOutput);
            _message.U16((ushort)Encoding.UTF8.GetByteCount(why));
            _message.Text(why);
            _message.U64((ulong)offset);
        }

        MarkDone(lastChunk);
        Send();
    }

    /// <summary>Adds one chunk of one kind, as long as fits.</summary>
    /// <returns>Bytes of the device that it stands for.</returns>
    private long AddChunk(NbdRequest request, long offset, DeviceRange range)
    {
        if (range.Kind == DeviceRangeKind.Zero)
        {
            Chunk(request, NbdChunk.OffsetHole, sizeof(ulong) + sizeof(uint));
            _message.U64((ulong)offset);
            _message.U32((uint)range.Length);
            return range.Length;
        }

        int piece = (int)Math.Min(range.Length, _message.Room - NbdProtocol.ChunkHeaderSize - sizeof(ulong));
        Chunk(request, NbdChunk.OffsetData, (uint)(sizeof(ulong) + piece));
        _message.U64((ulong)offset);
        _content.Read(offset, _message.Take(piece));
        return piece;
    }

    private void BlockStatus(NbdRequest request)
    {
        const ushort known = NbdCommand.FlagOneExtent;
        if (!_hasBlockStatus || request.Length == 0 || !request.LiesWithin(_content.Length) || (request.Flags & ~known) != 0)
        {
            Finish(request, NbdError.Invalid);
            return;
        }

        Chunk(request, NbdChunk.BlockStatus, 0);
        _message.U32(NbdProtocol.BaseAllocationId);
        int maxExtents = (request.Flags & NbdCommand.FlagOneExtent) != 0 ? 1 : MaxExtents;
        long offset = (long)request.Offset;
        long end = offset + request.Length;
        int start = _message.Length;
        long before = 0;
        uint? last = null;
        while (offset < end)
        {
            DeviceRange range = _content.FindRange(offset, end - offset);

            // What is lost is no hole: whoever reads it shall get the error.
            uint state = range.Kind == DeviceRangeKind.Zero ? NbdState.HoleOfZeros : NbdState.Data;
            if (state == last)
            {
                _message.CutTo(_message.Length - (2 * sizeof(uint)));
            }
            else if ((_message.Length - start) / (2 * sizeof(uint)) == maxExtents)
            {
                break;
            }
            else
            {
                before = 0;
            }

            before += range.Length;
            _message.U32((uint)before);
            _message.U32(state);
            last = state;
            offset += range.Length;
        }

        _message.SetU32(NbdProtocol.ChunkHeaderSize - sizeof(uint), (uint)(_message.Length - NbdProtocol.ChunkHeaderSize));
        MarkDone(0);
        Send();
    }

    /// <summary>An answer without data.</summary>
    private void Finish(NbdRequest request, uint error)
    {
        if (!_isStructured || request.Type is not (NbdCommand.Read or NbdCommand.BlockStatus))
        {
            SimpleHeader(request, error);
        }
        else if (error == NbdError.None)
        {
            Chunk(request, NbdChunk.None, 0);
            MarkDone(0);
        }
        else
        {
            Chunk(request, NbdChunk.Error, sizeof(uint) + sizeof(ushort));
            _message.U32(error);
            _message.U16(0);
            MarkDone(0);
        }

        Send();
    }

    private void SimpleHeader(NbdRequest request, uint error)
    {
        _message.U32(NbdProtocol.SimpleReplyMagic);
        _message.U32(error);
        _message.U64(request.Cookie);
    }

    private void Chunk(NbdRequest request, ushort type, uint length)
    {
        _message.U32(NbdProtocol.ChunkMagic);
        _message.U16(0);
        _message.U16(type);
        _message.U64(request.Cookie);
        _message.U32(length);
    }

    private void MarkDone(int chunkAt) => _message.SetU16(chunkAt + sizeof(uint), NbdChunk.FlagDone);

    private void Send()
    {
        _channel.Write(_message.Bytes, _message.Length);
        _message.Clear();
    }
}
