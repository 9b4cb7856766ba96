using System;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>The data of a block, piece by piece: what its links lead through, with the runs that were shortened before sorting.</summary>
internal sealed unsafe class Bzip2Block
{
    // Behind so many equal bytes stands how often the byte comes once more.
    private const int ShortenedFrom = 4;

    private const int None = -1;

    private uint[] _links = [];
    private uint _at;
    private int _left;
    private int _last;
    private int _equal;
    private int _repeats;

    /// <summary>The CRC-32 of the data so far.</summary>
    public uint Checksum { get; private set; }

    /// <summary>Whether all was given.</summary>
    public bool IsDrained => _left == 0 && _repeats == 0;

    /// <summary>Whether the block ends where the length of a run should be.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Begins with a block that was read; its links must stay until all was given.</summary>
    public void Begin(Bzip2BlockReader block)
    {
        _links = block.Links;
        _left = block.Length;
        _at = _links[block.Origin] >> 8;
        _last = None;
        _equal = 0;
        _repeats = 0;
        Checksum = Crc32Forward.Initial;
        IsBroken = false;
    }

    /// <summary>Gives as much as there is, and room for.</summary>
    public int Read(Span<byte> buffer)
    {
        int filled = 0;
        uint at = _at;
        int left = _left;
        int last = _last;
        int equal = _equal;
        int repeats = _repeats;
        fixed (uint* links = _links)
        fixed (byte* target = buffer)
        {
            while (filled < buffer.Length)
            {
                if (repeats > 0)
                {
                    int count = Math.Min(repeats, buffer.Length - filled);
                    buffer.Slice(filled, count).Fill((byte)last);
                    filled += count;
                    repeats -= count;
                    if (repeats > 0)
                    {
                        break;
                    }

                    last = None;
                    continue;
                }

                if (left == 0)
                {
                    break;
                }

                uint link = links[at];
                at = link >> 8;
                left--;
                byte value = (byte)link;
                target[filled++] = value;
                if (value != last)
                {
                    last = value;
                    equal = 1;
                }
                else if (++equal == ShortenedFrom)
                {
                    if (left == 0)
                    {
                        IsBroken = true;
                        break;
                    }

                    link = links[at];
                    at = link >> 8;
                    left--;
                    repeats = (byte)link;
                    if (repeats == 0)
                    {
                        last = None;
                    }
                }
            }
        }

        _at = at;
        _left = left;
        _last = last;
        _equal = equal;
        _repeats = repeats;
        Checksum = Crc32Forward.Append(Checksum, buffer.Slice(0, filled));
        return filled;
    }
}
