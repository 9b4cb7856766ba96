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

    private readonly RemoteFile _file;
    private readonly CancellationTokenSource _closed = new();
    private long _expected = -1;
    private int _window = 1;

    public RemoteBytes(RemoteFile file) => _file = file;

    public override long Length => _file.Length ?? 0;

    public override bool CanAwait => true;

    public override void Dispose()
    {
        _closed.Cancel();
        base.Dispose();
    }

    /// <summary>Remembers the first bytes, which came with the first look.</summary>
    public static void Keep(RemoteFile file, byte[] first) => RemoteBlocks.Shared.Add(file, 0, first);

    /// <summary>Reads what one block has, and asks for no more than that makes sense: whoever reads in order may not want to go on.</summary>
    public int ReadInOrder(long offset, Span<byte> buffer) => Read(offset, buffer, wanted: 1);

    protected override int ReadSome(long offset, Span<byte> buffer) => Read(offset, buffer, buffer.Length);

    private int Read(long offset, Span<byte> buffer, int wanted)
    {
        byte[] block = offset >= Length || buffer.IsEmpty ? [] : GetBlock(offset, wanted, _closed.Token).GetAwaiter().GetResult();
        return Copy(block, offset, buffer);
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

    private static int Copy(byte[] block, long offset, Span<byte> buffer)
    {
        int within = (int)(offset % RemoteBlocks.BlockSize);
        int count = Math.Max(0, Math.Min(block.Length - within, buffer.Length));
        block.AsSpan(Math.Min(within, block.Length), count).CopyTo(buffer);
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

        // Who goes on where the last answer ended gets twice as much; who jumps, as little as possible.
        _window = first == _expected ? Math.Min(_window * 2, MostBlocks) : 1;
        long last = Math.Min((Length - 1) / RemoteBlocks.BlockSize, first + MostBlocks - 1);
        long asked = Math.Min(last, Math.Max(first + _window - 1, (offset + wanted - 1) / RemoteBlocks.BlockSize));
        int count = 1;
        while (first + count <= asked && RemoteBlocks.Shared.Find(_file, first + count) is null)
        {
            count++;
        }

        _expected = first + count;
        return await Fetch(first, count, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fetches blocks, remembers them, and gives the first.</summary>
    private async Task<byte[]> Fetch(long first, int count, CancellationToken cancellationToken)
    {
        long start = first * RemoteBlocks.BlockSize;
        long end = Math.Min(Length, start + ((long)count * RemoteBlocks.BlockSize));
        using RemotePart part = new(_file, start, end);
        byte[]? result = null;
        for (int i = 0; i < count; i++)
        {
            byte[] block = new byte[(int)Math.Min(RemoteBlocks.BlockSize, end - part.Position)];
            int filled = 0;
            while (filled < block.Length)
            {
                int read = await part.Read(block, filled, block.Length - filled, cancellationToken).ConfigureAwait(false);
                filled += read > 0 ? read : throw _file.Errors.Invalid("the file ends early");
            }

            RemoteBlocks.Shared.Add(_file, first + i, block);
            result ??= block;
        }

        return result!;
    }
}
