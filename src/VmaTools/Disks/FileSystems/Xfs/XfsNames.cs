using System;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>How names of directories are hashed and folded.</summary>
internal static class XfsNames
{
    /// <summary>The hash by which a directory finds a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="folds">Whether names that differ in case are the same.</param>
    public static uint Hash(ReadOnlySpan<byte> name, bool folds)
    {
        uint hash = 0;
        foreach (byte value in name)
        {
            hash = (folds ? Fold(value) : value) ^ (hash << 7) ^ (hash >> 25);
        }

        return hash;
    }

    /// <summary>True where two names are the same but for the case of letters.</summary>
    public static bool AreFolded(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (int i = 0; i < left.Length; i++)
        {
            if (Fold(left[i]) != Fold(right[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The lower case of ASCII, and of Latin-1 though names are rarely that: the hashes on disk are made so.</summary>
    private static byte Fold(byte value) => value switch
    {
        >= (byte)'A' and <= (byte)'Z' => (byte)(value + 0x20),
        >= 0xc0 and <= 0xd6 => (byte)(value + 0x20),
        >= 0xd8 and <= 0xde => (byte)(value + 0x20),
        _ => value,
    };
}
