using System;

namespace VmaTools.Disks.FileSystems.Ntfs.Wof;

/// <summary>XPRESS with Huffman coding, as MS-XCA describes it.</summary>
internal sealed class XpressDecoder : WofDecoder
{
    private const int Symbols = 512;
    private const int MaxWord = 15;
    private const int MinMatch = 3;

    private readonly WofCode _code = new(Symbols);

    // Chunk: the lengths of 512 words, four bits each, the lower half of a byte first; then the words. Below 256 a literal; else
    // a match: the bits of the distance in the upper, the length less three in the lower four bits. A length of 15 goes on in a
    // byte, 255 there in a u16.
    public override bool TryDecode(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (source.Length < Symbols / 2)
        {
            return false;
        }

        Span<byte> lengths = stackalloc byte[Symbols];
        for (int i = 0; i < Symbols / 2; i++)
        {
            lengths[i * 2] = (byte)(source[i] & 15);
            lengths[(i * 2) + 1] = (byte)(source[i] >> 4);
        }

        if (!_code.TrySet(lengths))
        {
            return false;
        }

        WofBits bits = new(source.Slice(Symbols / 2));
        for (int at = 0; at < target.Length;)
        {
            int symbol = _code.Take(ref bits, MaxWord);
            if (symbol < 0)
            {
                return false;
            }

            if (symbol < 256)
            {
                target[at++] = (byte)symbol;
                continue;
            }

            bits.Need(16);
            int distanceBits = (symbol >> 4) & 15;
            uint distance = (1u << distanceBits) | (uint)bits.Take(distanceBits);
            int length = symbol & 15;
            if (length == 15)
            {
                length += (int)bits.TakeBytes(1);
                if (length == 15 + 255)
                {
                    length = (int)bits.TakeBytes(2);
                }
            }

            if (!TryRepeat(target, ref at, distance, length + MinMatch))
            {
                return false;
            }
        }

        return !bits.IsBeyondEnd;
    }
}
