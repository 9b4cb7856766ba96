using System;
using System.Buffers;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>The decrypted content of an encrypted disk, from any thread. Disposing it wipes the keys and leaves the disk alone.</summary>
internal sealed class DecryptedDiskBytes : DiskBytes
{
    private const int MaxPiece = 128 * 1024;

    private readonly DiskBytes _disk;
    private readonly SectorCipher _cipher;
    private readonly ulong _firstNumber;
    private readonly ulong _step;

    /// <param name="disk">What is encrypted, from its first sector on; what is behind its last whole sector is left out.</param>
    /// <param name="cipher">Decrypts it; disposed with this.</param>
    /// <param name="firstNumber">What the first sector goes by.</param>
    /// <param name="step">By how much more the next one goes.</param>
    public DecryptedDiskBytes(DiskBytes disk, SectorCipher cipher, ulong firstNumber, ulong step)
    {
        _disk = disk;
        _cipher = cipher;
        _firstNumber = firstNumber;
        _step = step;
        Length = disk.Length - (disk.Length % cipher.SectorSize);
    }

    public override long Length { get; }

    public override int SectorSize => Math.Max(_disk.SectorSize, _cipher.SectorSize);

    public override void Dispose()
    {
        _cipher.Dispose();
        base.Dispose();
    }

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        int size = _cipher.SectorSize;
        byte[] piece = ArrayPool<byte>.Shared.Rent(Math.Min(MaxPiece, buffer.Length + (2 * size)));
        try
        {
            int room = Math.Min(MaxPiece, piece.Length - (piece.Length % size));
            while (!buffer.IsEmpty)
            {
                long start = offset - (offset % size);
                int skipped = (int)(offset - start);
                int length = Math.Min(buffer.Length, room - skipped);
                int count = (skipped + length + size - 1) / size * size;
                _disk.Read(start, piece.AsSpan(0, count));
                _cipher.Decrypt(piece, count, _firstNumber + ((ulong)(start / size) * _step), _step);
                piece.AsSpan(skipped, length).CopyTo(buffer);
                buffer = buffer.Slice(length);
                offset += length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Zeros on the disk are no zeros when they are decrypted; what is lost takes its whole sectors along.</summary>
    protected override KnownRange FindRangeCore(long offset, long length)
    {
        int size = _cipher.SectorSize;
        long start = offset - (offset % size);
        KnownRange range = _disk.FindRange(start, Math.Min(Length - start, length + (offset - start) + size));
        if (range.Kind == KnownRangeKind.Lost)
        {
            return new KnownRange(Math.Min(length, RoundUp(start + range.Length, size) - offset), KnownRangeKind.Lost);
        }

        // As far as whole sectors are there; where one is lost in part, it is lost.
        long known = range.Length - (range.Length % size);
        if (known == 0)
        {
            bool isLost = false;
            for (long at = start; at < start + size; at += range.Length)
            {
                range = _disk.FindRange(at, start + size - at);
                isLost |= range.Kind == KnownRangeKind.Lost;
            }

            return new KnownRange(Math.Min(length, start + size - offset), isLost ? KnownRangeKind.Lost : KnownRangeKind.Data);
        }

        return new KnownRange(Math.Min(length, start + known - offset), KnownRangeKind.Data);
    }

    private static long RoundUp(long value, int size) => (value + size - 1) / size * size;
}
