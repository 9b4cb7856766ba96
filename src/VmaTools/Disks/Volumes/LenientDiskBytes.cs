using System;

namespace VmaTools.Disks.Volumes;

/// <summary>A disk whose lost ranges read as zeros, for those who only look for signatures. It notes why the first of them is.</summary>
internal sealed class LenientDiskBytes(DiskBytes disk) : DiskBytes
{
    public override long Length => disk.Length;

    public override int SectorSize => disk.SectorSize;

    /// <summary>Why the first thing that was asked for and is lost is so; null where nothing was.</summary>
    public VmaException? Loss { get; private set; }

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            KnownRange range = disk.FindRange(offset, buffer.Length);
            int length = range.Length <= 0 ? buffer.Length : (int)range.Length;
            Span<byte> piece = buffer.Slice(0, length);
            try
            {
                disk.Read(offset, piece);
            }
            catch (VmaException exception)
            {
                Loss ??= exception;
                piece.Clear();
            }

            buffer = buffer.Slice(length);
            offset += length;
        }
    }
}
