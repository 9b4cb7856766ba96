using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>LZNT1, the compression of NTFS: chunks of 4096 bytes, each for itself.</summary>
internal static class Lznt1
{
    private const int ChunkSize = 4096;
    private const int MinMatch = 3;

    // Chunk: head u16 (bits 0-11 its bytes less one, 12-14 always 3, 15 compressed), then its bytes. A head of 0 ends.
    // Compressed: a byte of eight flags, lowest first, then for each a literal (0), or a match u16 (1): distance less one in the
    // upper bits, length less three in the lower; the more of the chunk is there, the more bits the distance has.

    /// <summary>Decodes; what is not told of is zeros.</summary>
    /// <returns>False where the bytes break the form.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int done = 0;
        while (done < target.Length && source.Length >= 2)
        {
            int head = LittleEndian.U16(source, 0);
            if (head == 0)
            {
                break;
            }

            int length = (head & 0xfff) + 1;
            if (length > source.Length - 2 || (head & 0x7000) != 0x3000)
            {
                return false;
            }

            Span<byte> chunk = target.Slice(done, Math.Min(ChunkSize, target.Length - done));
            ReadOnlySpan<byte> bytes = source.Slice(2, length);
            if ((head & 0x8000) != 0)
            {
                if (!TryDecodeChunk(bytes, chunk))
                {
                    return false;
                }
            }
            else
            {
                int plain = Math.Min(length, chunk.Length);
                bytes.Slice(0, plain).CopyTo(chunk);
                chunk.Slice(plain).Clear();
            }

            done += chunk.Length;
            source = source.Slice(2 + length);
        }

        target.Slice(done).Clear();
        return true;
    }

    private static bool TryDecodeChunk(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int from = 0;
        int to = 0;
        while (from < source.Length && to < target.Length)
        {
            int flags = source[from++];
            for (int bit = 0; bit < 8 && from < source.Length && to < target.Length; bit++, flags >>= 1)
            {
                if ((flags & 1) == 0)
                {
                    target[to++] = source[from++];
                    continue;
                }

                if (source.Length - from < 2 || to == 0)
                {
                    return false;
                }

                int match = LittleEndian.U16(source, from);
                from += 2;
                int lengthBits = 12;
                for (int reach = to - 1; reach >= 16; reach >>= 1)
                {
                    lengthBits--;
                }

                int distance = (match >> lengthBits) + 1;
                int length = Math.Min((match & ((1 << lengthBits) - 1)) + MinMatch, target.Length - to);
                if (distance > to)
                {
                    return false;
                }

                if (distance >= length)
                {
                    target.Slice(to - distance, length).CopyTo(target.Slice(to));
                    to += length;
                    continue;
                }

                for (int end = to + length; to < end; to++)
                {
                    target[to] = target[to - distance];
                }
            }
        }

        target.Slice(to).Clear();
        return true;
    }
}
