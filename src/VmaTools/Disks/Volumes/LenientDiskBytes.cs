using System;

namespace VmaTools.Disks.Volumes;

/// <summary>A disk whose lost ranges read as zeros, for those who only look for signatures. It notes that it met some.</summary>
internal sealed class LenientDiskBytes(DiskBytes disk) : DiskBytes
{
    public override long Length => disk.Length;

    public override int SectorSize => disk.SectorSize;

    /// <summary>True once something lost was asked for.</summary>
    public bool HasMetLoss { get; private set; }

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            KnownRange range = disk.FindRange(offset, buffer.Length);
            int length = range.Length <= 0 ? buffer.Length : (int)range.Length;
            Span<byte> piece = buffer.Slice(0, length);
            if (range.Kind == KnownRangeKind.Lost || !TryRead(offset, piece))
            {
                HasMetLoss = true;
                piece.Clear();
            }

            buffer = buffer.Slice(length);
            offset += length;
        }
    }

    private bool TryRead(long offset, Span<byte> piece)
    {
        try
        {
            disk.Read(offset, piece);
            return true;
        }
        catch (VmaException)
        {
            return false;
        }
    }
}
