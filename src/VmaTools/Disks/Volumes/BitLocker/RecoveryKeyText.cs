using System;
using System.Buffers.Binary;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.BitLocker;

/// <summary>A recovery key as it is printed: eight groups of six digits, each a number of 16 bits times eleven.</summary>
internal static class RecoveryKeyText
{
    private const int Groups = 8;
    private const int Digits = 6;

    /// <summary>The key, which whoever calls wipes; null where the text is none.</summary>
    /// <param name="text">The text; dashes and spaces may be anywhere.</param>
    /// <param name="wrong">The first group that was mistyped, from 1; 0 where the whole is no recovery key.</param>
    public static byte[]? Parse(ReadOnlySpan<char> text, out int wrong)
    {
        wrong = 0;
        byte[] key = Secret.Bytes(2 * Groups);
        int count = 0;
        int value = 0;
        foreach (char c in text)
        {
            if (c is '-' or ' ' or '\t' or '\r' or '\n')
            {
                continue;
            }

            if (c is < '0' or > '9' || count == Groups * Digits)
            {
                Secret.Wipe(key);
                wrong = 0;
                return null;
            }

            value = (value * 10) + (c - '0');
            if (++count % Digits != 0)
            {
                continue;
            }

            int group = (count / Digits) - 1;
            if (value % 11 != 0 || value / 11 > ushort.MaxValue)
            {
                wrong = wrong == 0 ? group + 1 : wrong;
            }

            BinaryPrimitives.WriteUInt16LittleEndian(key.AsSpan(2 * group), (ushort)(value / 11));
            value = 0;
        }

        if (count == Groups * Digits && wrong == 0)
        {
            return key;
        }

        Secret.Wipe(key);
        wrong = count == Groups * Digits ? wrong : 0;
        return null;
    }
}
