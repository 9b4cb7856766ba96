using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>32 bytes of a directory of FAT or exFAT.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="Offset">Where they stand on the volume.</param>
/// <param name="FollowsGap">True where what stands before them could not be read.</param>
internal readonly record struct DirectorySlot(byte[] Bytes, long Offset, bool FollowsGap)
{
    public const int Size = 32;
}

/// <summary>Reads directories of FAT and exFAT, which are lists of slots of 32 bytes up to one that begins with 0.</summary>
internal static class DirectorySlots
{
    private const int PieceSize = 4096;

    /// <param name="volume">The volume, cached.</param>
    /// <param name="areas">The ranges of the volume that the directory takes.</param>
    /// <param name="onLost">Hears of what cannot be read, and is passed over.</param>
    public static IEnumerable<DirectorySlot> Read(DiskBytes volume, IEnumerable<(long Offset, long Length)> areas, Action<VmaException> onLost)
    {
        byte[] piece = new byte[PieceSize];
        bool followsGap = false;
        foreach ((long offset, long length) in areas)
        {
            for (long done = 0; done < length; done += PieceSize)
            {
                int size = (int)Math.Min(PieceSize, length - done);
                if (!TryRead(volume, offset + done, piece.AsSpan(0, size), onLost))
                {
                    followsGap = true;
                    continue;
                }

                for (int at = 0; at <= size - DirectorySlot.Size; at += DirectorySlot.Size)
                {
                    if (piece[at] == 0)
                    {
                        yield break;
                    }

                    yield return new DirectorySlot(piece.AsSpan(at, DirectorySlot.Size).ToArray(), offset + done + at, followsGap);
                    followsGap = false;
                }
            }
        }
    }

    private static bool TryRead(DiskBytes volume, long offset, Span<byte> piece, Action<VmaException> onLost)
    {
        try
        {
            volume.Read(offset, piece);
            return true;
        }
        catch (VmaException exception)
        {
            onLost(exception);
            return false;
        }
    }
}
