#if NETSTANDARD2_0
using System;
using System.Buffers;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Bytes;

/// <summary>The span overloads of <see cref="Stream"/> that netstandard2.0 lacks.</summary>
internal static class StreamSpans
{
    /// <summary>The shared pool of .NET Framework keeps no array above 1 MiB, and would allocate a large one at each call.</summary>
    private const int MaxPiece = 1 << 20;

    public static int Read(this Stream stream, Span<byte> buffer)
    {
        int wanted = Math.Min(buffer.Length, MaxPiece);
        byte[] rented = ArrayPool<byte>.Shared.Rent(wanted);
        try
        {
            int read = stream.Read(rented, 0, wanted);
            rented.AsSpan(0, read).CopyTo(buffer);
            return read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public static async Task<int> ReadAsync(this Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int wanted = Math.Min(buffer.Length, MaxPiece);
        byte[] rented = ArrayPool<byte>.Shared.Rent(wanted);
        try
        {
            int read = await stream.ReadAsync(rented, 0, wanted, cancellationToken).ConfigureAwait(false);
            rented.AsSpan(0, read).CopyTo(buffer.Span);
            return read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public static void Write(this Stream stream, ReadOnlySpan<byte> buffer)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length, MaxPiece));
        try
        {
            while (!buffer.IsEmpty)
            {
                int length = Math.Min(buffer.Length, MaxPiece);
                buffer.Slice(0, length).CopyTo(rented);
                stream.Write(rented, 0, length);
                buffer = buffer.Slice(length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
#endif
