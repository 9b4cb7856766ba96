using System;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Sources;

/// <summary>
/// The bytes of a file on a server at any offset: in blocks, which are remembered, and as many at a time as make sense by how they
/// were read so far.
/// </summary>
internal sealed class RemoteBytes : RandomBytes
{
    /// <summary>Blocks that are asked for at once at most.</summary>
    private const int MostBlocks = (4 << 20) / RemoteBlocks.BlockSize;

    /// <summary>Blocks that are asked for at once at least where reading goes on.</summary>
    private const int LeastAhead = (16 << 10) / RemoteBlocks.BlockSize;

    private readonly RemoteFile _file;
    private readonly CancellationTokenSource _closed = new();
    private readonly long _likelyEnd;
    private long _next = -1;
    private int _window = 1;

    /// <param name="file">The file.</param>
    /// <param name="likelyEnd">Up to here it is likely to be read, whatever is read first; 0 where nothing is known.</param>
    public RemoteBytes(RemoteFile file, long likelyEnd = 0)
    {
        _file = file;
        _likelyEnd = likelyEnd;
    }

    public override long Length => _file.Length ?? 0;

    public override bool CanAwait => true;

    public override bool IsFar => true;

    public override void Dispose()
    {
        _closed.Cancel();
        base.Dispose();
    }

    /// <summary>Takes and remembers the first bytes, which came with the first look.</summary>
    /// <param name="file">A file of which the server sends parts.</param>
    /// <param name="first">The answer.</param>
    /// <returns>The first block.</returns>
    public static byte[] Keep(RemoteFile file, RemotePart first)
    {
        long end = Math.Min(RemoteBlocks.FirstLook, file.Length ?? 0);
        return end == 0 ? [] : Take(file, first, 0, end, default).GetAwaiter().GetResult();
    }

    /// <summary>Reads what one block has, and asks for no more than that makes sense: whoever reads in order may not want to go on.</summary>
    public int ReadInOrder(long offset, Span<byte> buffer) => Read(offset, buffer, wanted: 1);

    protected override int ReadSome(long offset, Span<byte> buffer) => Read(offset, buffer, buffer.Length);

    private int Read(long offset, Span<byte> buffer, int wanted)
    {
        return offset >= Length || buffer.IsEmpty ? 0 : Copy(GetBlock(offset, wanted, _closed.Token).GetAwaiter().GetResult(), offset, buffer);
    }

    protected override async Task<int> ReadSomeAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (offset >= Length || buffer.IsEmpty)
        {
            return 0;
        }

        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        byte[] block = await GetBlock(offset, buffer.Length, both.Token).ConfigureAwait(false);
        return Copy(block, offset, buffer.Span);
    }

    private int Copy(byte[] block, long offset, Span<byte> buffer)
    {
        int within = (int)(offset % RemoteBlocks.BlockSize);
        int count = Math.Min(block.Length - within, buffer.Length);
        block.AsSpan(within, count).CopyTo(buffer);
        _next = offset + count;
        return count;
    }

    /// <summary>The block that an offset lies in.</summary>
    private async Task<byte[]> GetBlock(long offset, int wanted, CancellationToken cancellationToken)
    {
        if (_file.Change is { } change)
        {
            throw change;
        }

        long first = offset / RemoteBlocks.BlockSize;
        if (RemoteBlocks.Shared.Find(_file, first) is { } known)
        {
            return known;
        }

        // Who goes on where the last read ended, or just behind, gets twice as much; who jumps, as little as possible.
        long ahead = offset - _next;
        _window = ahead is >= 0 and < RemoteBlocks.BlockSize ? Math.Min(Math.Max(_window * 2, LeastAhead), MostBlocks) : 1;
        long last = Math.Min(Length - 1, Math.Max(offset + wanted - 1, _likelyEnd - 1)) / RemoteBlocks.BlockSize;
        long asked = Math.Min(Math.Max(first + _window - 1, last), first + MostBlocks - 1);
        asked = Math.Min(asked, (Length - 1) / RemoteBlocks.BlockSize);
        int count = 1;
        while (first + count <= asked && RemoteBlocks.Shared.Find(_file, first + count) is null)
        {
            count++;
        }

        _window = Math.Max(_window, count / 16);
        return await Fetch(first, count, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fetches blocks, remembers them, and gives the first.</summary>
    private async Task<byte[]> Fetch(long first, int count, CancellationToken cancellationToken)
    {
        long start = first * RemoteBlocks.BlockSize;
        long end = Math.Min(Length, start + ((long)count * RemoteBlocks.BlockSize));
        using RemotePart part = new(_file, start, end);
        return await Take(_file, part, first, end, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<byte[]> Take(RemoteFile file, RemotePart part, long first, long end, CancellationToken cancellationToken)
    {
        byte[]? result = null;
        for (long number = first; number * RemoteBlocks.BlockSize < end; number++)
        {
            byte[] block = new byte[(int)Math.Min(RemoteBlocks.BlockSize, end - part.Position)];
            int filled = 0;
            while (filled < block.Length)
            {
                int read = await part.Read(block, filled, block.Length - filled, cancellationToken).ConfigureAwait(false);
                filled += read > 0 ? read : throw file.Errors.Invalid("the file ends early");
            }

            RemoteBlocks.Shared.Add(file, number, block);
            result ??= block;
        }

        return result!;
    }
}
