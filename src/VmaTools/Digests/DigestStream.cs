using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;

namespace VmaTools.Digests;

/// <summary>Bytes in order on their way to a digest by each algorithm of a worker.</summary>
internal sealed class DigestStream : IDisposable
{
    /// <summary>Fewer zeros than this are put among the data; more are handed over as a number.</summary>
    private const int FewZeros = 1 << 16;

    private readonly DigestWorker _worker;
    private readonly IncrementalHash[] _digests;
    private byte[]? _buffer;
    private int _held;

    public DigestStream(DigestWorker worker)
    {
        _worker = worker;
        _digests = [.. worker.Algorithms.Select(static a => IncrementalHash.CreateHash(new HashAlgorithmName(a)))];
    }

    /// <summary>Bytes appended so far.</summary>
    public long Position { get; private set; }

    public void Append(ReadOnlySpan<byte> data)
    {
        Position += data.Length;
        while (!data.IsEmpty)
        {
            int count = Math.Min(data.Length, DigestWorker.BufferSize - _held);
            data.Slice(0, count).CopyTo(Room());
            data = data.Slice(count);
            Advance(count);
        }
    }

    public void AppendZeros(long length)
    {
        Position += length;
        if (length >= FewZeros)
        {
            Flush();
            _worker.AppendZeros(_digests, length);
            return;
        }

        while (length > 0)
        {
            int count = (int)Math.Min(length, DigestWorker.BufferSize - _held);
            Room().Slice(0, count).Clear();
            length -= count;
            Advance(count);
        }
    }

    /// <summary>Hands over what is held back. To be called at the end, before the worker's Finish.</summary>
    public void Flush()
    {
        if (_buffer is { } buffer && _held > 0)
        {
            _buffer = null;
            int length = _held;
            _held = 0;
            _worker.Append(_digests, buffer, length);
        }
    }

    /// <summary>The digests in upper-case hexadecimal, in the order of the worker's algorithms. To be called after the worker's Finish.</summary>
    public IReadOnlyList<string> Results() =>
        [.. _digests.Select(static d => BitConverter.ToString(d.GetHashAndReset()).Replace("-", string.Empty))];

    public void Dispose()
    {
        foreach (IncrementalHash digest in _digests)
        {
            digest.Dispose();
        }
    }

    private Span<byte> Room() => (_buffer ??= ArrayPool<byte>.Shared.Rent(DigestWorker.BufferSize)).AsSpan(_held, DigestWorker.BufferSize - _held);

    private void Advance(int count)
    {
        _held += count;
        if (_held == DigestWorker.BufferSize)
        {
            Flush();
        }
    }
}
