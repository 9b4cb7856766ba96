using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.GuestFiles.Copying;

/// <summary>Copies contents in large pieces and passes holes over.</summary>
internal sealed class ContentCopier
{
    private const int BufferSize = 1 << 20;

    // Zeros take as long to digest as data, and sparse files may be terabytes of them.
    private const long MaxDigestedZeros = 6L << 30;

    private readonly bool _withDigest;
    private readonly bool _writesBeside;
    private byte[] _buffer = new byte[BufferSize];
    private byte[] _written;
    private byte[] _zeros = [];

    /// <param name="withDigest">Whether SHA-256 of each content is computed on the way.</param>
    /// <param name="writesBeside">Whether a piece is written while the next is read: on a thread that has nothing else to do.</param>
    public ContentCopier(bool withDigest, bool writesBeside)
    {
        _withDigest = withDigest;
        _written = writesBeside ? new byte[BufferSize] : _buffer;
        _writesBeside = writesBeside;
    }

    /// <summary>SHA-256 of the content copied last, where it was asked for.</summary>
    public string? Sha256 { get; private set; }

    /// <summary>SHA-256 of its data without its holes, where it was asked for and these have more than 6 GiB; then there is no other.</summary>
    public string? Sha256OfData { get; private set; }

    /// <summary>Copies the data of a content, a piece at a time.</summary>
    /// <param name="content">The content.</param>
    /// <param name="ranges">Its data.</param>
    /// <param name="write">Gets offset, bytes and their count, in order, one piece at a time, on any thread.</param>
    /// <param name="onBytes">Hears how many bytes came.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Copy(
        Stream content,
        IReadOnlyList<(long Offset, long Length)> ranges,
        Action<long, byte[], int> write,
        Action<long> onBytes,
        CancellationToken cancellationToken)
    {
        Sha256 = null;
        Sha256OfData = null;
        bool withZeros = content.Length - ranges.Sum(static r => r.Length) <= MaxDigestedZeros;
        using IncrementalHash? hash = _withDigest ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        long end = 0;
        Task writing = Task.CompletedTask;
        try
        {
            foreach ((long offset, long length) in ranges)
            {
                AppendZeros(withZeros ? hash : null, offset - end, cancellationToken);
                content.Position = offset;
                end = offset + length;
                for (long position = offset; position < end;)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    int read = content.Read(_buffer, 0, (int)Math.Min(_buffer.Length, end - position));
                    if (read == 0)
                    {
                        throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, $"The content ends at {position} of {content.Length} bytes.");
                    }

                    hash?.AppendData(_buffer, 0, read);
                    writing.GetAwaiter().GetResult();
                    (_buffer, _written) = (_written, _buffer);
                    writing = Write(write, position, _written, read, mayBeside: _writesBeside && position + read < content.Length);
                    onBytes(read);
                    position += read;
                }
            }
        }
        finally
        {
            // What is being written has its buffer and its target until it ends, however reading ended.
            Task.WaitAny([writing], CancellationToken.None);
        }

        writing.GetAwaiter().GetResult();

        AppendZeros(withZeros ? hash : null, content.Length - end, cancellationToken);
        if (hash is not null)
        {
            string digest = BitConverter.ToString(hash.GetHashAndReset()).Replace("-", string.Empty).ToLowerInvariant();
            (Sha256, Sha256OfData) = withZeros ? (digest, null) : ((string?)null, digest);
        }
    }

    /// <summary>Writes a piece, beside the reading of the next where one may follow.</summary>
    private static Task Write(Action<long, byte[], int> write, long position, byte[] bytes, int count, bool mayBeside)
    {
        if (mayBeside)
        {
            return Task.Run(() => write(position, bytes, count));
        }

        write(position, bytes, count);
        return Task.CompletedTask;
    }

    private void AppendZeros(IncrementalHash? hash, long count, CancellationToken cancellationToken)
    {
        if (hash is not null && count > 0 && _zeros.Length == 0)
        {
            _zeros = new byte[BufferSize];
        }

        for (; hash is not null && count > 0; count -= Math.Min(count, _zeros.Length))
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(_zeros, 0, (int)Math.Min(count, _zeros.Length));
        }
    }
}
