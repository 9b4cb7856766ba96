using System;
using VmaTools.Disks.Partitions;

namespace VmaTools.Images;

/// <summary>Tells the size of a disk's sectors by its GPT, whose header is in the second of them.</summary>
internal static class DiskSectorSize
{
    private static readonly int[] Sizes = [512, 4096];

    /// <summary>The size of the disk's sectors, or null where these bytes hold no intact header of a GPT.</summary>
    /// <param name="offset">Where on the disk the bytes are.</param>
    /// <param name="data">Bytes of the disk.</param>
    public static int? Find(long offset, ReadOnlySpan<byte> data)
    {
        foreach (int size in Sizes)
        {
            long at = size - offset;
            if (at >= 0 && at < data.Length
                && GptReader.IsIntactHeader(data.Slice((int)at, (int)Math.Min(size, data.Length - at)), 1))
            {
                return size;
            }
        }

        return null;
    }
}
