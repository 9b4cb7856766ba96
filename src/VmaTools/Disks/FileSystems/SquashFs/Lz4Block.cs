using System;

namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>Decodes one block of LZ4.</summary>
/// <remarks>
/// <code>
/// a row of sequences: LLLL MMMM, more of L where it is 15, L literals, distance u16, more of M where it is 15;
/// the match has M + 4 bytes. The last sequence ends behind its literals.
/// </code>
/// More of a length are bytes to add, up to and with the first that is not 255.
/// </remarks>
internal static class Lz4Block
{
    private const int MinMatch = 4;

    /// <summary>Decodes as much as there is; false where it breaks the rules, or is more than there is room for.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> stored, Span<byte> target, out int length)
    {
        length = 0;
        int at = 0;
        while (at < stored.Length)
        {
            int token = stored[at++];
            if (!TryReadLength(stored, ref at, token >> 4, out int literals) || literals > stored.Length - at || literals > target.Length - length)
            {
                return false;
            }

            stored.Slice(at, literals).CopyTo(target.Slice(length));
            at += literals;
            length += literals;
            if (at == stored.Length)
            {
                return true;
            }

            if (stored.Length - at < 2)
            {
                return false;
            }

            int distance = stored[at] | (stored[at + 1] << 8);
            at += 2;
            if (!TryReadLength(stored, ref at, token & 0xF, out int match) || distance == 0 || distance > length || match > target.Length - length - MinMatch)
            {
                return false;
            }

            // A match may reach into what it makes itself.
            for (int end = length + match + MinMatch; length < end; length++)
            {
                target[length] = target[length - distance];
            }
        }

        return false;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> stored, ref int at, int start, out int length)
    {
        length = start;
        byte more = start == 15 ? byte.MaxValue : (byte)0;
        while (more == byte.MaxValue)
        {
            if (at == stored.Length)
            {
                return false;
            }

            more = stored[at++];
            length += more;
        }

        return true;
    }
}
