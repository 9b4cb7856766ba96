using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Compression;

/// <summary>Cuts a stream of frames into runs of whole ones by what is written before each block, without decoding anything.</summary>
internal sealed class ZstdFrameCutter
{
    /// <summary>A run is long enough with as many compressed bytes, or as many decoded ones.</summary>
    private const int EnoughPacked = 1 << 20;
    private const int EnoughContent = 4 << 20;

    /// <summary>A frame with more is decoded by one thread, as it comes.</summary>
    private const int MostPacked = 16 << 20;
    private const int MostContent = 32 << 20;

    private const int SkippableHeaderSize = 8;
    private const int ChecksumSize = 4;

    private readonly Stream _source;
    private long _position;

    /// <param name="source">The compressed bytes, standing between two frames.</param>
    /// <param name="position">Offset at which it stands.</param>
    public ZstdFrameCutter(Stream source, long position)
    {
        _source = source;
        _position = position;
    }

    /// <summary>True where what was read last are no whole frames that are short enough: somebody else has to go on there.</summary>
    public bool IsRest { get; private set; }

    /// <summary>Reads the next run.</summary>
    /// <param name="packed">An array to use.</param>
    /// <param name="content">Another.</param>
    /// <returns>
    /// Whole frames; or, with <see cref="IsRest"/>, what was read of something else, behind which the source stands.
    /// </returns>
    public ZstdFrameRun Next(byte[] packed, byte[] content)
    {
        ZstdFrameRun run = new(_position, packed, content);
        while (run.PackedLength < EnoughPacked && run.Bound < EnoughContent)
        {
            int length = run.PackedLength;
            long bound = run.Bound;
            if (TryAddFrame(run, length))
            {
                continue;
            }

            IsRest = true;
            if (length > 0)
            {
                // The whole ones go first.
                Left = run.Packed.Slice(length).ToArray();
                run.CutTo(length, bound);
            }

            break;
        }

        _position += run.PackedLength;
        return run;
    }

    /// <summary>What was read behind the last run, where that has whole frames although the rest begins.</summary>
    public byte[]? Left { get; private set; }

    private bool TryAddFrame(ZstdFrameRun run, int start)
    {
        if (!Read(run, ZstdFrameHeader.FixedSize))
        {
            return false;
        }

        ReadOnlySpan<byte> head = run.Packed.Slice(start);
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != ZstdFrameHeader.Magic)
        {
            return (BinaryPrimitives.ReadUInt32LittleEndian(head) & 0xFFFFFFF0) == 0x184D2A50 && TryAddSkippable(run, start);
        }

        byte descriptor = head[ZstdFrameHeader.MagicSize];
        if (ZstdFrameHeader.HasReservedBit(descriptor) || !Read(run, ZstdFrameHeader.Size(descriptor) - ZstdFrameHeader.FixedSize))
        {
            return false;
        }

        ZstdFrameHeader frame = ZstdFrameHeader.Parse(run.Packed.Slice(start));
        if (frame.ContentSize > MostContent)
        {
            return false;
        }

        long bound = 0;
        while (true)
        {
            int at = run.PackedLength;
            if (!Read(run, ZstdBlockHeader.HeaderSize) || !ZstdBlockHeader.TryParse(run.Packed.Slice(at), out ZstdBlockHeader block))
            {
                return false;
            }

            bound += block.IsCompressed ? frame.BlockMax : block.Size;
            if (block.IsReserved
                || block.Size > frame.BlockMax
                || bound > MostContent
                || run.PackedLength - start + block.WholeSize > MostPacked
                || !Read(run, block.WholeSize - ZstdBlockHeader.HeaderSize))
            {
                return false;
            }

            if (block.IsLast)
            {
                run.MayGrow((long)Math.Min((ulong)bound, frame.ContentSize ?? ulong.MaxValue));
                return !frame.HasChecksum || Read(run, ChecksumSize);
            }
        }
    }

    private bool TryAddSkippable(ZstdFrameRun run, int start)
    {
        if (!Read(run, SkippableHeaderSize - ZstdFrameHeader.FixedSize))
        {
            return false;
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(run.Packed.Slice(start + ZstdFrameHeader.MagicSize));
        return size <= EnoughPacked && Read(run, (int)size);
    }

    /// <summary>Reads as many bytes into the run; false where the source ends before, with what there was.</summary>
    private bool Read(ZstdFrameRun run, int count)
    {
        while (count > 0)
        {
            ArraySegment<byte> room = run.Reserve(count);
            int read = _source.Read(room.Array!, room.Offset, count);
            if (read <= 0)
            {
                return false;
            }

            run.Keep(read);
            count -= read;
        }

        return true;
    }
}
