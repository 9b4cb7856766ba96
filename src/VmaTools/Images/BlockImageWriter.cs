using System;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.Images;

/// <summary>
/// What the block formats share: the disk is cut into blocks of one size, a table says where in the file each block lies, and
/// a block gets its place when its first byte that matters arrives.
/// </summary>
/// <remarks>
/// Blocks are placed one after the other, so a run of new blocks is contiguous in the file and goes out as one write. The
/// parts of a block that never arrive are left to the file system, whose extended files read as zeros.
/// </remarks>
internal abstract class BlockImageWriter : ImageWriter
{
    /// <summary>What <see cref="Locate"/> answers for a block without a place.</summary>
    protected const long Nowhere = -1;

    protected BlockImageWriter(Stream target, long diskSize, long imageSize, int blockSize)
        : base(target, diskSize, imageSize)
    {
        if (!target.CanRead)
        {
            throw new ArgumentException("The target must be readable: tables are paged in it.", nameof(target));
        }

        BlockSize = blockSize;
        BlockCount = (imageSize + blockSize - 1) / blockSize;
    }

    protected int BlockSize { get; }

    protected long BlockCount { get; }

    /// <summary>Position in the file of a block's data, or <see cref="Nowhere"/>.</summary>
    protected abstract long Locate(long block);

    /// <summary>Gives a block its place and enters it into the table; returns the position of its data.</summary>
    protected abstract long Allocate(long block);

    protected sealed override void WriteCore(long offset, ReadOnlySpan<byte> data)
    {
        // data[runStart..done] waits to be written at runPosition: it is contiguous in the file, across blocks.
        int runStart = 0;
        long runPosition = 0;
        int done = 0;
        while (done < data.Length)
        {
            long block = (offset + done) / BlockSize;
            int within = (int)(offset + done - (block * BlockSize));
            int length = Math.Min(BlockSize - within, data.Length - done);

            long place = Locate(block);
            if (place == Nowhere)
            {
                place = Zeros.AreAll(data.Slice(done, length)) ? Nowhere : Allocate(block);
            }

            bool continues = place != Nowhere && done > runStart && place + within == runPosition + (done - runStart);
            if (!continues)
            {
                FlushRun(runPosition, data.Slice(runStart, done - runStart));
                runStart = place == Nowhere ? done + length : done;
                runPosition = place + within;
            }

            done += length;
        }

        FlushRun(runPosition, data.Slice(runStart));
    }

    /// <summary>Makes the file reach at least to a position; what was not written before it reads as zeros.</summary>
    protected void ExtendTo(long length)
    {
        if (Target.Length < length)
        {
            Target.SetLength(length);
        }
    }

    private void FlushRun(long position, ReadOnlySpan<byte> run)
    {
        if (!run.IsEmpty)
        {
            WriteAt(position, run);
        }
    }
}
